import { registry } from "@web/core/registry";
import { formatFloat } from "@web/core/utils/numbers";
import { Interaction } from "@web/public/interaction";

/** Says what the chosen documents are together, in each currency. */
export class DebtChoose extends Interaction {
    static selector = "#debt_portal_choose";
    dynamicContent = {
        // a browser ticks again what was ticked when somebody comes back
        _window: { "t-on-pageshow": this.updateSum },
        "input[name=items]": { "t-on-change": this.updateSum },
        ".o_debt_chosen_bar": { "t-att-class": () => ({ "d-none": !this.sum }) },
        ".o_debt_chosen": { "t-out": () => this.sum },
    };

    setup() {
        this.sum = this.chosenSum();
    }

    updateSum() {
        this.sum = this.chosenSum();
    }

    chosenSum() {
        return [...this.el.querySelectorAll(".o_debt_items")]
            .map((list) => this.sumOf(list))
            .filter(Boolean)
            .join(" + ");
    }

    sumOf(list) {
        const { symbol, position, decimals } = list.dataset;
        const chosen = [...list.querySelectorAll("input[name=items]:checked")];
        if (!chosen.length) {
            return "";
        }
        const sum = chosen.reduce((total, input) => total + Number(input.dataset.amount), 0);
        const text = formatFloat(sum, { digits: [69, Number(decimals)] });
        return position === "before" ? `${symbol} ${text}` : `${text} ${symbol}`;
    }
}

registry.category("public.interactions").add("debt_collection_portal.choose", DebtChoose);
