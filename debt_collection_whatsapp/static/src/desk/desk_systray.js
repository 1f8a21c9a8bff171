import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { useBus, useService } from "@web/core/utils/hooks";
import { useDebounced } from "@web/core/utils/timing";

import { Component, onWillDestroy, onWillStart, useState } from "@odoo/owl";

const DESK_NEWS = "debt_collection_whatsapp.desk";
const WANTED = "debt_collection_whatsapp.wanted";

/** How many people wait on WhatsApp for the current user, wherever they are in Odoo. */
export class WhatsappSystray extends Component {
    static template = "debt_collection_whatsapp.Systray";
    static props = {};

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.notification = useService("notification");
        const bus = useService("bus_service");
        this.state = useState({ shown: false, waiting: 0, unread: 0 });
        this.count = useDebounced(() => this.load(), 500);
        const onNews = () => {
            this.env.bus.trigger("DEBT-WHATSAPP:NEWS");
            this.count();
        };
        const onWanted = (wanted) => {
            onNews();
            this.tell(wanted);
        };
        onWillStart(async () => {
            this.state.shown = await user.hasGroup("debt_collection.group_debt_agent");
            if (this.state.shown) {
                bus.subscribe(DESK_NEWS, onNews);
                bus.subscribe(WANTED, onWanted);
                bus.addEventListener("BUS:RECONNECT", onNews);
                await this.load();
            }
        });
        onWillDestroy(() => {
            bus.unsubscribe(DESK_NEWS, onNews);
            bus.unsubscribe(WANTED, onWanted);
            bus.removeEventListener("BUS:RECONNECT", onNews);
        });
        useBus(this.env.bus, "DEBT-WHATSAPP:SEEN", () => this.state.shown && this.count());
    }

    async load() {
        const counts = await this.orm.silent.call("debt.whatsapp.conversation", "desk_counts", []);
        Object.assign(this.state, counts);
    }

    tell({ id, name }) {
        this.notification.add(_t("%s waits for an answer", name), {
            title: _t("WhatsApp"),
            type: "info",
            buttons: [{ name: _t("Open"), primary: true, onClick: () => this.open(id) }],
        });
    }

    open(conversationId) {
        return this.action.doAction(
            "debt_collection_whatsapp.debt_whatsapp_desk_action",
            conversationId
                ? {
                      clearBreadcrumbs: true,
                      additionalContext: { debt_whatsapp_conversation_id: conversationId },
                  }
                : { clearBreadcrumbs: true }
        );
    }
}

registry
    .category("systray")
    .add("debt_collection_whatsapp.desk", { Component: WhatsappSystray }, { sequence: 21 });
