import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { KanbanRenderer } from "@web/views/kanban/kanban_renderer";
import { kanbanView } from "@web/views/kanban/kanban_view";

/** Fields that a person may change by dragging a card to another column. */
const DRAGGABLE = ["stage_id", "agent_id"];

/**
 * A card dropped on another stage is an override of the daily run: it asks for a reason
 * first. Until that is given the card stays where it was.
 */
export class DebtCaseKanbanRenderer extends KanbanRenderer {
    setup() {
        super.setup();
        this.action = useService("action");
    }

    get canMoveRecords() {
        const { groupByField } = this.props.list;
        return super.canMoveRecords && DRAGGABLE.includes(groupByField?.name);
    }

    async sortRecordDrop(dataRecordId, dataGroupId, params) {
        const { list } = this.props;
        const group = list.groups?.find(({ id }) => id === params.parent?.dataset.id);
        if (list.groupByField?.name !== "stage_id" || !group) {
            return super.sortRecordDrop(dataRecordId, dataGroupId, params);
        }
        params.parent.classList.remove("o_kanban_hover");
        const record = list.records.find(({ id }) => id === dataRecordId);
        if (!record || group.id === dataGroupId) {
            return;
        }
        await this.action.doAction(
            {
                type: "ir.actions.act_window",
                name: _t("Change Stage"),
                res_model: "debt.stage.wizard",
                views: [[false, "form"]],
                target: "new",
                context: {
                    default_case_ids: [record.resId],
                    default_stage_id: group.value,
                },
            },
            { onClose: () => list.model.load() }
        );
    }
}

registry.category("views").add("debt_case_kanban", {
    ...kanbanView,
    Renderer: DebtCaseKanbanRenderer,
});
