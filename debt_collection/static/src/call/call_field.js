import { _t } from "@web/core/l10n/translation";
import { ConfirmationDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

import { Component } from "@odoo/owl";

/** Open a link that calls; the server allows only schemes that do nothing else. */
function openLink(url) {
    const anchor = document.createElement("a");
    anchor.href = url;
    if (url.startsWith("https:")) {
        anchor.target = "_blank";
        anchor.rel = "noopener noreferrer";
    }
    anchor.click();
}

/**
 * Call somebody of a debtor, then log what came of it.
 *
 * @returns {(caseId: number, contactId: number | false, onClose: Function) => Promise}
 */
export function useCall() {
    const orm = useService("orm");
    const action = useService("action");
    const dialog = useService("dialog");
    return async (caseId, contactId, onClose) => {
        const call = await orm.call("debt.case", "action_call", [[caseId]], {
            contact_id: contactId,
        });
        const start = () => {
            openLink(call.url);
            return action.doAction(call.log, { onClose });
        };
        if (!call.notice) {
            return start();
        }
        dialog.add(ConfirmationDialog, {
            title: _t("Call %(name)s, %(phone)s?", call),
            body: call.notice,
            confirmLabel: _t("Call Now"),
            confirm: start,
            cancel: () => {},
        });
    };
}

/** The number of a case: press it to call. */
export class CallField extends Component {
    static template = "debt_collection.CallField";
    static props = {
        ...standardFieldProps,
        button: { type: Boolean, optional: true },
    };

    setup() {
        this.call = useCall();
    }

    get value() {
        return this.props.record.data[this.props.name];
    }

    async onClick() {
        const { record } = this.props;
        await this.call(record.resId, false, () => record.model.root.load());
    }
}

registry.category("fields").add("debt_call", {
    component: CallField,
    displayName: _t("Number That Calls"),
    supportedTypes: ["char"],
    extractProps: ({ options }) => ({ button: Boolean(options.button) }),
});
