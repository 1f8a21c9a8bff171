import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { usePager } from "@web/search/pager_hook";
import { FormController } from "@web/views/form/form_controller";
import { formView } from "@web/views/form/form_view";

import { useState } from "@odoo/owl";

/**
 * The form of a case. Opened from *My Day* it goes from case to case, in the order of the
 * worklist, without going back to the list.
 */
export class DebtCaseFormController extends FormController {
    static template = "debt_collection.CaseFormView";

    setup() {
        super.setup();
        this.notification = useService("notification");
        this.isMyDay = Boolean(this.props.context.debt_my_day) && !this.env.inDialog;
        if (!this.isMyDay) {
            return;
        }
        usePager(() => undefined); // the bar takes its place
        const { resId, resIds = [] } = this.props;
        this.myDay = useState({
            queue: resIds.includes(resId) ? [...resIds] : [resId],
        });
    }

    get position() {
        return this.myDay.queue.indexOf(this.model.root.resId);
    }

    async openCase(position) {
        await this.onPagerUpdate({ offset: position, resIds: this.myDay.queue });
    }

    async previousCase() {
        await this.openCase(this.position - 1);
    }

    async nextCase() {
        const { queue } = this.myDay;
        if (this.position + 1 >= queue.length) {
            const more = await this.orm.call("debt.case", "my_day_queue", [[...queue]], {
                context: this.props.context,
            });
            queue.push(...more);
        }
        if (this.position + 1 < queue.length) {
            return this.openCase(this.position + 1);
        }
        if (await this.model.root.save()) {
            this.notification.add(_t("That was the last case of your day."), {
                type: "success",
            });
            this.env.config.historyBack();
        }
    }

    async skipCase() {
        if (await this.model.root.save()) {
            await this.orm.call("debt.case", "action_put_off", [[this.model.root.resId]]);
            await this.nextCase();
        }
    }
}

registry.category("views").add("debt_case_form", {
    ...formView,
    Controller: DebtCaseFormController,
});
