import { registry } from "@web/core/registry";
import { formatMonetary } from "@web/views/fields/formatters";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

import { Component } from "@odoo/owl";

const BUCKETS = ["0", "1", "2", "3", "4", "5"].map((key) => `amount_bucket_${key}`);

/** Amounts by age: a bar, and below it each age, from not due to the oldest. */
export class Ages extends Component {
    static template = "debt_collection.Ages";
    static props = { buckets: Array };
}

/**
 * What a case owes by age: a bar, and below it each age with its amount. The view names
 * the fields, so that their labels are loaded.
 */
export class AgeBar extends Component {
    static template = "debt_collection.AgeBar";
    static components = { Ages };
    static props = { ...standardWidgetProps };

    get buckets() {
        const { data, fields } = this.props.record;
        const owed = BUCKETS.map((name) => Math.max(0, data[name]));
        const total = owed.reduce((sum, amount) => sum + amount, 0);
        return BUCKETS.map((name, index) => ({
            name,
            label: fields[name].string,
            amount: formatMonetary(data[name], { currencyId: data.currency_id.id }),
            empty: !data[name],
            // a sliver can still be seen and hovered
            width: owed[index] && Math.max(1, (100 * owed[index]) / total),
        }));
    }
}

registry.category("view_widgets").add("debt_age_bar", { component: AgeBar });
