import { registry } from "@web/core/registry";
import { Interaction } from "@web/public/interaction";

/** On a phone there are more tabs than fit: the one that is open is in sight. */
export class DebtTabs extends Interaction {
    static selector = ".o_debt_tabs";

    start() {
        const active = this.el.querySelector(".active");
        if (active) {
            this.el.scrollLeft =
                active.offsetLeft - (this.el.clientWidth - active.offsetWidth) / 2;
        }
    }
}

registry.category("public.interactions").add("debt_collection_portal.tabs", DebtTabs);
