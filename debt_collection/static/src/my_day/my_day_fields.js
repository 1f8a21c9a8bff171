import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

import { Component } from "@odoo/owl";

const COLORS = {
    urgent: "text-bg-danger",
    more: "text-bg-warning",
    less: "text-bg-success",
};

/** The reasons of a priority as chips, each with its points. */
export class ReasonsField extends Component {
    static template = "debt_collection.ReasonsField";
    static props = { ...standardFieldProps };

    get chips() {
        return (this.props.record.data[this.props.name] || []).map((chip, index) => ({
            ...chip,
            key: index,
            color: COLORS[chip.kind],
            sign: chip.points < 0 ? `−${-chip.points}` : `+${chip.points}`,
        }));
    }
}

registry.category("fields").add("debt_reasons", {
    component: ReasonsField,
    displayName: _t("Reasons of a Priority"),
    supportedTypes: ["json"],
});

/** A priority from 0 to 100, as a number on a bar. */
export class PriorityField extends Component {
    static template = "debt_collection.PriorityField";
    static props = { ...standardFieldProps };

    get value() {
        return this.props.record.data[this.props.name];
    }

    get color() {
        return this.value >= 50 ? "bg-danger" : this.value >= 25 ? "bg-warning" : "bg-info";
    }
}

registry.category("fields").add("debt_priority", {
    component: PriorityField,
    displayName: _t("Priority in Percent"),
    supportedTypes: ["integer"],
});
