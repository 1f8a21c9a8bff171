import { registry } from "@web/core/registry";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

import { Component, useState } from "@odoo/owl";
import { WhatsappConversation } from "./conversation";

/** A conversation on its own form. */
export class ConversationWidget extends Component {
    static template = "debt_collection_whatsapp.ConversationWidget";
    static components = { WhatsappConversation };
    static props = { ...standardWidgetProps };
}

/** The conversations of a case, in its tab. */
export class CaseWhatsappWidget extends Component {
    static template = "debt_collection_whatsapp.CaseWhatsappWidget";
    static components = { WhatsappConversation };
    static props = { ...standardWidgetProps };

    setup() {
        this.state = useState({ chosen: 0, names: {} });
    }

    get ids() {
        return this.props.record.data.whatsapp_conversation_ids.currentIds;
    }

    get conversationId() {
        const { chosen } = this.state;
        return this.ids.includes(chosen) ? chosen : this.ids[0];
    }

    choose(conversationId) {
        this.state.chosen = conversationId;
    }

    onHead(head) {
        this.state.names[head.id] = head.phone || head.person;
    }
}

registry.category("view_widgets").add("debt_whatsapp_conversation", {
    component: ConversationWidget,
});
registry.category("view_widgets").add("debt_whatsapp_case", {
    component: CaseWhatsappWidget,
});
