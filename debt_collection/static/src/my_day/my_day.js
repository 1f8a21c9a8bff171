import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { useService } from "@web/core/utils/hooks";
import { kanbanView } from "@web/views/kanban/kanban_view";
import { KanbanRenderer } from "@web/views/kanban/kanban_renderer";
import { listView } from "@web/views/list/list_view";
import { ListRenderer } from "@web/views/list/list_renderer";

import { HealthBanner } from "../health/health_banner";

import { Component, onWillStart, onWillUpdateProps, useState } from "@odoo/owl";

/** Today's numbers on top of the worklist, and the way to the first case. */
export class MyDayBanner extends Component {
    static template = "debt_collection.MyDayBanner";
    static props = { list: Object, start: Function };
    static components = { HealthBanner };

    setup() {
        this.action = useService("action");
        this.orm = useService("orm");
        this.state = useState({ figures: null });
        onWillStart(async () => {
            this.mayApprove = await user.hasGroup("debt_collection.group_debt_agent");
            await this.load();
        });
        // the list is read again after everything that changes it
        onWillUpdateProps(() => this.load());
    }

    async load() {
        this.state.figures = await this.orm.call("debt.case", "my_day_figures", []);
    }

    get progress() {
        const { worked, left } = this.state.figures;
        return worked + left ? Math.round((100 * worked) / (worked + left)) : 100;
    }

    get canStart() {
        return this.props.list.records?.length > 0;
    }

    async openApprovals() {
        this.action.doAction(
            await this.orm.call("debt.case", "action_my_day_approvals", [])
        );
    }
}

export class MyDayListRenderer extends ListRenderer {
    static template = "debt_collection.MyDayListRenderer";
    static components = { ...ListRenderer.components, MyDayBanner };

    startDay() {
        this.props.openRecord(this.props.list.records[0]);
    }
}

export class MyDayKanbanRenderer extends KanbanRenderer {
    static template = "debt_collection.MyDayKanbanRenderer";
    static components = { ...KanbanRenderer.components, MyDayBanner };

    startDay() {
        this.props.openRecord(this.props.list.records[0]);
    }
}

registry.category("views").add("debt_my_day_list", {
    ...listView,
    Renderer: MyDayListRenderer,
});
registry.category("views").add("debt_my_day_kanban", {
    ...kanbanView,
    Renderer: MyDayKanbanRenderer,
});
