import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { useBus, useService } from "@web/core/utils/hooks";
import { useDebounced } from "@web/core/utils/timing";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

import { Component, onWillStart, useState } from "@odoo/owl";
import { WhatsappConversation } from "../conversation/conversation";
import { shortMoment } from "../conversation/moments";

const MODEL = "debt.whatsapp.conversation";
const PAGE = 40;
const FIELDS = [
    "display_name",
    "last_words",
    "last_message",
    "unread_count",
    "waits_since",
    "waits_long",
    "closes_soon",
    "situation",
    "user_id",
    "case_id",
];
const SPECIFICATION = Object.fromEntries(FIELDS.map((name) => [name, {}]));
SPECIFICATION.user_id = { fields: { display_name: {} } };

/**
 * The screen that an agent has open all day: who waits on the left, the conversation, and
 * the ways to what one does for a customer.
 */
export class WhatsappDesk extends Component {
    static template = "debt_collection_whatsapp.Desk";
    static components = { WhatsappConversation };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        const { params, context } = this.props.action;
        const asked = params?.conversation_id || context?.debt_whatsapp_conversation_id;
        const stored = this.props.state || {};
        this.state = useState({
            whose: stored.whose || "mine",
            what: stored.what || "open",
            search: "",
            rows: [],
            more: false,
            conversationId: asked || stored.conversationId || 0,
            head: null,
            counts: { waiting: 0, unread: 0 },
            limit: PAGE,
        });
        this.reload = useDebounced(() => this.load(), 300);
        this.lookUp = useDebounced(() => this.load(), 300);
        useBus(this.env.bus, "DEBT-WHATSAPP:NEWS", () => this.reload());
        useBus(this.env.bus, "DEBT-WHATSAPP:SEEN", () => this.reload());
        onWillStart(async () => {
            await this.load();
            if (!this.state.conversationId && !this.env.isSmall) {
                this.state.conversationId = this.state.rows[0]?.id || 0;
            }
        });
        this.env.config.setDisplayName(_t("WhatsApp"));
    }

    get whose() {
        return [
            { key: "mine", label: _t("Mine and unassigned") },
            { key: "all", label: _t("Everybody's") },
        ];
    }

    get what() {
        return [
            { key: "open", label: _t("With people") },
            { key: "waiting", label: _t("Somebody waits") },
            { key: "unread", label: _t("Unread") },
            { key: "soon", label: _t("Free text ends soon") },
            { key: "unknown", label: _t("Unknown customers") },
            { key: "assistant", label: _t("With the assistant") },
            { key: "every", label: _t("All conversations") },
        ];
    }

    get domain() {
        const { whose, what, search } = this.state;
        const domain = whose === "mine" ? [["my_desk", "=", true]] : [];
        domain.push(
            ...{
                open: [["situation", "in", ["waiting", "agent"]]],
                waiting: [["situation", "=", "waiting"]],
                unread: [["unread", "=", true]],
                soon: [["closes_soon", "=", true]],
                unknown: [["case_id", "=", false]],
                assistant: [["situation", "=", "assistant"]],
                every: [],
            }[what]
        );
        if (search.trim()) {
            const words = search.trim();
            domain.push(
                "|",
                "|",
                "|",
                ["partner_id", "ilike", words],
                ["identity_id.profile_name", "ilike", words],
                ["identity_id.phone", "ilike", words],
                ["message_ids.body", "ilike", words]
            );
        }
        return domain;
    }

    async load() {
        const [found, counts] = await Promise.all([
            this.orm.silent.webSearchRead(MODEL, this.domain, {
                specification: SPECIFICATION,
                // whoever waits longest first
                order: "waits_since, last_message desc, id desc",
                limit: this.state.limit,
            }),
            this.orm.silent.call(MODEL, "desk_counts", []),
        ]);
        this.state.rows = found.records;
        this.state.more = found.length > found.records.length;
        this.state.counts = counts;
    }

    choose(key, value) {
        this.state[key] = value;
        this.state.limit = PAGE;
        this.load();
    }

    onSearch(ev) {
        this.state.search = ev.target.value;
        this.lookUp();
    }

    loadMore() {
        this.state.limit += PAGE;
        this.load();
    }

    open(id) {
        this.state.head = null;
        this.state.conversationId = id;
    }

    back() {
        this.state.conversationId = 0;
        this.load();
    }

    onHead(head) {
        this.state.head = head;
    }

    when(row) {
        return shortMoment(row.last_message, { day: "numeric", month: "short" });
    }

    since(moment) {
        return _t("waits since %s", shortMoment(moment));
    }

    get waitingWords() {
        return _t("%s waiting", this.state.counts.waiting);
    }

    get daysLate() {
        return _t("(%s days)", this.state.head.case.days);
    }

    async press(name) {
        const { id } = this.state.head.case;
        await this.action.doActionButton({
            type: "object",
            name,
            resModel: "debt.case",
            resId: id,
            resIds: [id],
            // the language of the user, too
            context: user.context,
            onClose: () => this.env.bus.trigger("DEBT-WHATSAPP:NEWS"),
        });
    }

    openCase() {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "debt.case",
            res_id: this.state.head.case.id,
            views: [[false, "form"]],
        });
    }

    openBoard() {
        return this.action.doAction(
            "debt_collection_whatsapp.debt_whatsapp_conversation_action"
        );
    }
}

registry.category("actions").add("debt_collection_whatsapp.desk", WhatsappDesk);
