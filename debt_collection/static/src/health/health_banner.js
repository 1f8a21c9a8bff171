import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { useService } from "@web/core/utils/hooks";
import { KanbanRenderer } from "@web/views/kanban/kanban_renderer";
import { kanbanView } from "@web/views/kanban/kanban_view";
import { ListRenderer } from "@web/views/list/list_renderer";
import { listView } from "@web/views/list/list_view";

import { Component, onWillStart, useState } from "@odoo/owl";

/** Tells managers on the main screens when the machinery is not well. */
export class HealthBanner extends Component {
    static template = "debt_collection.HealthBanner";
    static props = {};

    setup() {
        this.action = useService("action");
        this.orm = useService("orm");
        this.state = useState({ count: 0 });
        onWillStart(async () => {
            if (await user.hasGroup("debt_collection.group_debt_manager")) {
                Object.assign(
                    this.state,
                    await this.orm.call("debt.finding", "banner", [])
                );
            }
        });
    }

    show() {
        this.action.doAction("debt_collection.debt_finding_open_action");
    }
}

export class RunListRenderer extends ListRenderer {
    static template = "debt_collection.RunListRenderer";
    static components = { ...ListRenderer.components, HealthBanner };
}

export class RunKanbanRenderer extends KanbanRenderer {
    static template = "debt_collection.RunKanbanRenderer";
    static components = { ...KanbanRenderer.components, HealthBanner };
}

registry.category("views").add("debt_run_list", {
    ...listView,
    Renderer: RunListRenderer,
});
registry.category("views").add("debt_run_kanban", {
    ...kanbanView,
    Renderer: RunKanbanRenderer,
});
