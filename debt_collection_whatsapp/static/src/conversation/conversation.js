import { _t } from "@web/core/l10n/translation";
import { deserializeDateTime } from "@web/core/l10n/dates";
import { user } from "@web/core/user";
import { useService } from "@web/core/utils/hooks";
import { useDebounced } from "@web/core/utils/timing";

import {
    Component,
    onMounted,
    onPatched,
    onWillStart,
    onWillUnmount,
    onWillUpdateProps,
    useEffect,
    useExternalListener,
    useRef,
    useState,
} from "@odoo/owl";
import { WhatsappBubble } from "./bubble";
import { WhatsappComposer } from "./composer";
import { useLiveConversation } from "./live";
import { shortMoment } from "./moments";

const MODEL = "debt.whatsapp.conversation";
/** Nearer than so many pixels to the end one reads the newest message. */
const NEAR = 80;

/** A conversation on WhatsApp: what was written, live, and the answer of the agent. */
export class WhatsappConversation extends Component {
    static template = "debt_collection_whatsapp.Conversation";
    static components = { WhatsappBubble, WhatsappComposer };
    static props = {
        conversationId: Number,
        onHead: { type: Function, optional: true },
        onBack: { type: Function, optional: true },
        linkToCase: { type: Boolean, optional: true },
    };
    static defaultProps = { linkToCase: true };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({ head: null, bubbles: [], more: false, older: false, gone: false });
        this.scroll = useRef("scroll");
        this.composer = {};
        this.listen = useLiveConversation(
            (ids) => this.loadChanged(ids),
            () => this.load()
        );
        this.loadHead = useDebounced(() => this.readHead(), 200);
        this.markSeen = useDebounced(() => this.saySeen(), 400);
        this.seen = 0;
        this.keep = null;
        this.toEnd = true;
        this.atEnd = true;

        onWillStart(() => this.start(this.props.conversationId));
        onWillUpdateProps(async (next) => {
            if (next.conversationId !== this.props.conversationId) {
                await this.start(next.conversationId);
            }
        });
        onMounted(() => this.placeScroll());
        useEffect(
            (head) => head && this.props.onHead?.(head),
            () => [this.state.head]
        );
        onPatched(() => this.placeScroll());
        useExternalListener(document, "visibilitychange", () => this.markSeen());
        // the minute in which free text ends passes without any news
        const clock = setInterval(() => this.checkClock(), 20000);
        onWillUnmount(() => clearInterval(clock));
    }

    // reading

    async start(conversationId) {
        this.id = conversationId;
        this.seen = 0;
        this.toEnd = true;
        Object.assign(this.state, { head: null, bubbles: [], more: false, gone: false });
        this.listen(conversationId);
        await this.load();
    }

    async load() {
        const id = this.id;
        try {
            const [head, page] = await Promise.all([
                this.orm.call(MODEL, "head", [[id]]),
                this.orm.call(MODEL, "thread", [[id]]),
            ]);
            if (id === this.id) {
                this.state.head = head;
                this.state.bubbles = page.bubbles;
                this.state.more = page.more;
                this.toEnd = true;
            }
        } catch (error) {
            this.state.gone = error.data?.message || _t("The connection was lost.");
        }
    }

    async readHead() {
        const id = this.id;
        const head = await this.orm.silent.call(MODEL, "head", [[id]]);
        if (id === this.id) {
            this.state.head = head;
        }
    }

    async loadChanged(ids) {
        const id = this.id;
        const changed = await this.orm.silent.call(MODEL, "bubbles", [[id], ids]);
        if (id !== this.id) {
            return;
        }
        const known = new Map(this.state.bubbles.map((bubble) => [bubble.id, bubble]));
        const isNew = changed.some((bubble) => !known.has(bubble.id));
        changed.forEach((bubble) => known.set(bubble.id, bubble));
        this.toEnd ||= isNew && this.isNearEnd();
        this.state.bubbles = [...known.values()].sort(
            (a, b) => a.moment.localeCompare(b.moment) || a.id - b.id
        );
        this.loadHead();
    }

    async loadOlder() {
        if (!this.state.more || this.state.older) {
            return;
        }
        const id = this.id;
        this.state.older = true;
        try {
            const page = await this.orm.silent.call(MODEL, "thread", [[id]], {
                before_id: this.state.bubbles[0].id,
            });
            if (id === this.id) {
                const { el } = this.scroll;
                this.keep = el.scrollHeight - el.scrollTop;
                this.state.bubbles = [...page.bubbles, ...this.state.bubbles];
                this.state.more = page.more;
            }
        } finally {
            this.state.older = false;
        }
    }

    // days

    get days() {
        const days = [];
        for (const bubble of this.state.bubbles) {
            const day = deserializeDateTime(bubble.moment).startOf("day");
            const last = days.at(-1);
            if (last && last.key === day.toISODate()) {
                last.bubbles.push(bubble);
            } else {
                days.push({ key: day.toISODate(), label: this.dayLabel(day), bubbles: [bubble] });
            }
        }
        return days;
    }

    dayLabel(day) {
        const ago = Math.round(luxon.DateTime.now().startOf("day").diff(day, "days").days);
        if (ago === 0) {
            return _t("Today");
        }
        if (ago === 1) {
            return _t("Yesterday");
        }
        return day.toLocaleString(luxon.DateTime.DATE_FULL);
    }

    // scrolling

    isNearEnd() {
        const { el } = this.scroll;
        return !el || el.scrollHeight - el.scrollTop - el.clientHeight < NEAR;
    }

    placeScroll() {
        const { el } = this.scroll;
        if (!el) {
            return;
        }
        if (this.keep !== null) {
            el.scrollTop = el.scrollHeight - this.keep;
            this.keep = null;
        } else if (this.toEnd) {
            el.scrollTop = el.scrollHeight;
            this.toEnd = false;
        }
        this.atEnd = this.isNearEnd();
        this.markSeen();
    }

    /** A picture that comes later pushes down what was in sight. */
    onPicture() {
        if (this.atEnd) {
            this.scroll.el.scrollTop = this.scroll.el.scrollHeight;
        }
    }

    onScroll() {
        this.atEnd = this.isNearEnd();
        if (this.scroll.el.scrollTop < NEAR) {
            this.loadOlder();
        }
        this.markSeen();
    }

    showQuoted(id) {
        const line = this.scroll.el.querySelector(`.o_debt_wa_line[data-id="${id}"]`);
        line?.scrollIntoView({ block: "center" });
    }

    async saySeen() {
        const newest = Math.max(0, ...this.state.bubbles.map((bubble) => bubble.id));
        if (newest > this.seen && document.visibilityState === "visible" && this.isNearEnd()) {
            this.seen = newest;
            await this.orm.silent.call(MODEL, "mark_seen", [[this.id], newest]);
            this.env.bus.trigger("DEBT-WHATSAPP:SEEN");
        }
    }

    // what changes without news

    checkClock() {
        const { composer } = this.state.head || {};
        if (composer?.free && deserializeDateTime(composer.free_until) < luxon.DateTime.now().plus({ minutes: 2 })) {
            this.loadHead();
        }
    }

    get since() {
        return _t("waits since %s", shortMoment(this.state.head.waits_since));
    }

    get daysLate() {
        return _t("(%s days)", this.state.head.case.days);
    }

    // doing

    get canWrite() {
        return this.state.head?.composer.may_work;
    }

    answer(bubble) {
        this.composer.answer?.(bubble);
    }

    again(bubble) {
        this.composer.write?.(bubble);
    }

    onSent(ids) {
        this.toEnd = true;
        this.loadChanged(ids);
    }

    async press(name) {
        await this.action.doActionButton({
            type: "object",
            name,
            resModel: MODEL,
            resId: this.id,
            resIds: [this.id],
            // the language of the user, too
            context: user.context,
            onClose: () => this.load(),
        });
        this.loadHead();
        this.env.bus.trigger("DEBT-WHATSAPP:SEEN");
    }

    openCase() {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "debt.case",
            res_id: this.state.head.case.id,
            views: [[false, "form"]],
        });
    }
}
