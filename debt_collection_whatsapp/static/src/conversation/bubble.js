import { _t } from "@web/core/l10n/translation";
import { FileModel } from "@web/core/file_viewer/file_model";
import { useFileViewer } from "@web/core/file_viewer/file_viewer_hook";
import { deserializeDateTime } from "@web/core/l10n/dates";

import { Component, markup } from "@odoo/owl";

const TICKS = {
    draft: "fa-clock-o",
    queued: "fa-clock-o",
    sending: "fa-clock-o",
    uncertain: "fa-question-circle text-warning",
    accepted: "fa-check",
    held: "fa-check",
    sent: "fa-check",
    delivered: "o_debt_wa_double",
    read: "o_debt_wa_double o_debt_wa_read",
    failed: "fa-exclamation-circle text-danger",
    cancelled: "fa-ban",
    expired: "fa-ban",
};

/** One message, as the phone shows it. */
export class WhatsappBubble extends Component {
    static template = "debt_collection_whatsapp.Bubble";
    static props = {
        bubble: Object,
        onAnswer: { type: Function, optional: true },
        onAgain: { type: Function, optional: true },
        onQuote: { type: Function, optional: true },
        onPicture: { type: Function, optional: true },
    };

    setup() {
        this.viewer = useFileViewer();
    }

    get html() {
        // safe: the server escapes everything but its own tags
        return markup(this.props.bubble.html);
    }

    get time() {
        const moment = deserializeDateTime(this.props.bubble.moment);
        return moment.toLocaleString(luxon.DateTime.TIME_SIMPLE);
    }

    get tick() {
        return TICKS[this.props.bubble.state] || "fa-clock-o";
    }

    get files() {
        return this.props.bubble.files.map((file) =>
            Object.assign(new FileModel(), file)
        );
    }

    get canAgain() {
        const { bubble } = this.props;
        return (
            Boolean(this.props.onAgain && bubble.problem) &&
            bubble.author === "agent" &&
            bubble.kind !== "template"
        );
    }

    get bare() {
        const { bubble } = this.props;
        return !bubble.html && !bubble.files.length;
    }

    size(file) {
        const kilobytes = Math.max(1, Math.round((file.size || 0) / 1024));
        return kilobytes < 1024 ? _t("%s KB", kilobytes) : _t("%s MB", (kilobytes / 1024).toFixed(1));
    }

    thumbnail(file) {
        return `/web/image/${file.id}/480x480`;
    }

    open(file) {
        if (file.isViewable) {
            this.viewer.open(file, this.files);
        } else {
            window.location = file.downloadUrl;
        }
    }
}
