import { Interaction } from "@web/public/interaction";
import { registry } from "@web/core/registry";

/** Shows the payments at once when a term changes; without it there is a button. */
export class DebtPlanSimulator extends Interaction {
    static selector = ".debt_portal_simulator";
    dynamicContent = {
        _root: { "t-on-change": this.onChange },
    };

    async onChange() {
        const query = new URLSearchParams(new FormData(this.el));
        const response = await this.waitFor(
            fetch(`${this.el.getAttribute("action")}?${query}`)
        );
        const text = await this.waitFor(response.text());
        const page = new DOMParser().parseFromString(text, "text/html");
        const fresh = page.querySelector("#debt_portal_simulated");
        const shown = document.querySelector("#debt_portal_simulated");
        if (!response.ok || !fresh || page.querySelector(".alert-danger")) {
            this.el.submit(); // the page says what is wrong
            return;
        }
        shown.replaceChildren(...fresh.childNodes);
    }
}

registry
    .category("public.interactions")
    .add("debt_collection_portal.plan_simulator", DebtPlanSimulator);
