import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

import { Component } from "@odoo/owl";
import { channelIcon } from "../channel/channel_field";

/**
 * The steps of a strategy on a time line around the due date.
 *
 * The room between two steps grows with the root of the days between them, so that the
 * first days stay readable beside the last ones.
 */
export class StrategyTimeline extends Component {
    static template = "debt_collection.StrategyTimeline";
    static props = { ...standardWidgetProps };

    get nodes() {
        const { step_ids } = this.props.record.data;
        const steps = step_ids.records.map((record) => this.stepNode(record));
        const due = { key: "due", days: 0, sequence: -Infinity, isDue: true };
        const nodes = [...steps, due].sort(
            (a, b) => a.days - b.days || a.sequence - b.sequence
        );
        return nodes.map((node, index) => ({
            ...node,
            room: index ? Math.sqrt(node.days - nodes[index - 1].days) : 0,
        }));
    }

    get hasSteps() {
        return this.props.record.data.step_ids.records.length > 0;
    }

    stepNode(record) {
        const { data, fields } = record;
        const mode = data.track === "task" ? "task" : data.effective_mode || "approve";
        const label = (name, value) =>
            fields[name].selection.find(([key]) => key === value)?.[1] || "";
        return {
            key: record.id,
            days: data.days,
            sequence: data.sequence,
            day: data.days > 0 ? `+${data.days}` : String(data.days).replace("-", "−"),
            name: data.name || _t("New step"),
            icon: channelIcon(data.channel),
            channel: label("channel", data.channel),
            mode,
            modeLabel: label("effective_mode", mode),
            stage: data.stage_id?.display_name,
        };
    }

    get modes() {
        const { selection } = this.props.record.fields.mode;
        return selection.map(([key, label]) => ({ key, label }));
    }
}

registry.category("view_widgets").add("debt_timeline", { component: StrategyTimeline });
