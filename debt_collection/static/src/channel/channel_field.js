import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

import { Component } from "@odoo/owl";

/**
 * Icon of each channel. An addon that brings a channel adds its own.
 */
const icons = registry.category("debt_collection.channel_icons");
icons
    .add("email", "fa-envelope-o")
    .add("sms", "fa-mobile")
    .add("letter", "fa-envelope-open-o")
    .add("call", "fa-phone")
    .add("task", "fa-check-square-o");

/**
 * @param {string} channel
 * @returns {string} class of the channel's icon
 */
export function channelIcon(channel) {
    return icons.get(channel, "fa-comment-o");
}

/** A channel with its icon, readonly. */
export class ChannelField extends Component {
    static template = "debt_collection.ChannelField";
    static props = {
        ...standardFieldProps,
        iconOnly: { type: Boolean, optional: true },
    };

    get value() {
        return this.props.record.data[this.props.name];
    }

    get icon() {
        return channelIcon(this.value);
    }

    get label() {
        const { selection } = this.props.record.fields[this.props.name];
        return selection.find(([value]) => value === this.value)?.[1] || "";
    }
}

registry.category("fields").add("debt_channel", {
    component: ChannelField,
    displayName: _t("Channel of Contact"),
    supportedTypes: ["selection"],
    extractProps: ({ options }) => ({ iconOnly: Boolean(options.icon_only) }),
});
