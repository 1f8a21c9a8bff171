import { _t } from "@web/core/l10n/translation";
import { browser } from "@web/core/browser/browser";
import { ConfirmationDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { getDataURLFromFile } from "@web/core/utils/urls";
import { hasTouch } from "@web/core/browser/feature_detection";
import { useAutoresize } from "@web/core/utils/autoresize";
import { useService } from "@web/core/utils/hooks";

import { Component, markup, onWillUnmount, useRef, useState } from "@odoo/owl";
import { shortMoment } from "./moments";

const MODEL = "debt.whatsapp.conversation";
/** Kinds of files, and how many megabytes each may have. */
const KINDS = { "image/jpeg": 5, "image/png": 5, "application/pdf": 16 };
const MOST_FILES = 5;
/** Files of answers that are not sent yet, by conversation: they outlive the screen. */
const chosenFiles = new Map();

/** Where an agent writes: free text while WhatsApp takes it, templates else. */
export class WhatsappComposer extends Component {
    static template = "debt_collection_whatsapp.Composer";
    static props = {
        head: Object,
        handle: Object,
        onSent: Function,
        onStale: Function,
    };

    setup() {
        this.orm = useService("orm");
        this.dialog = useService("dialog");
        this.input = useRef("input");
        this.fileInput = useRef("file");
        useAutoresize(this.input);
        this.state = useState({
            text: browser.sessionStorage.getItem(this.draftName) || "",
            files: chosenFiles.get(this.id) || [],
            reply: null,
            quick: null,
            quickAt: 0,
            templates: null,
            template: null,
            reason: "",
            problem: "",
            sending: false,
        });
        // the same answer keeps its key until it is sent: it never leaves twice
        this.key = newKey();
        Object.assign(this.props.handle, {
            answer: (bubble) => this.answer(bubble),
            write: (bubble) => this.writeAgain(bubble),
        });
        onWillUnmount(() => this.remember());
    }

    get id() {
        return this.props.head.id;
    }

    get draftName() {
        return `debt_whatsapp_draft_${this.props.head.id}`;
    }

    get composer() {
        return this.props.head.composer;
    }

    remember() {
        if (this.state.text) {
            browser.sessionStorage.setItem(this.draftName, this.state.text);
        } else {
            browser.sessionStorage.removeItem(this.draftName);
        }
        chosenFiles.set(this.id, this.state.files);
    }

    // free text

    get until() {
        return _t("Free text until %s", shortMoment(this.composer.free_until));
    }

    get countWords() {
        return _t("message %s of 1,000 this month", this.composer.count + 1);
    }

    get canSend() {
        const { text, files, sending } = this.state;
        return !sending && Boolean(text.trim() || files.length) && text.length <= this.composer.most;
    }

    changed() {
        this.key = newKey();
        this.state.problem = "";
    }

    onInput(ev) {
        this.state.text = ev.target.value;
        this.changed();
        this.remember();
        if (this.state.text.startsWith("/")) {
            this.openQuick();
        } else {
            this.state.quick = null;
        }
    }

    onKeydown(ev) {
        if (this.state.quick && this.onQuickKey(ev)) {
            ev.preventDefault();
            ev.stopPropagation();
            return;
        }
        if (ev.key === "Enter" && !ev.shiftKey && !ev.isComposing && !hasTouch()) {
            ev.preventDefault();
            this.sendText();
        }
    }

    answer(bubble) {
        this.state.reply = bubble;
        this.changed();
        this.input.el?.focus();
    }

    dropReply() {
        this.state.reply = null;
        this.changed();
    }

    get replyHtml() {
        const { reply } = this.state;
        return reply.html ? markup(reply.html) : reply.kind_words;
    }

    writeAgain(bubble) {
        const text = new DOMParser().parseFromString(
            bubble.html.replaceAll("<br>", "\n").replaceAll(/<\/?b>/g, "*").replaceAll(/<\/?i>/g, "_"),
            "text/html"
        ).body.textContent;
        this.setText(text);
    }

    setText(text) {
        this.state.text = text;
        this.state.quick = null;
        this.changed();
        this.remember();
        const { el } = this.input;
        if (el) {
            el.value = text;
            el.dispatchEvent(new Event("input", { bubbles: true }));
            el.focus();
        }
    }

    // quick answers

    async openQuick() {
        this.quickAnswers ||= this.orm.call(MODEL, "quick_answers", [[this.id]]);
        const all = await this.quickAnswers;
        const typed = this.state.text.startsWith("/") ? this.state.text.slice(1).toLowerCase() : "";
        this.state.quick = all.filter(
            ({ name, shortcut }) =>
                shortcut.toLowerCase().startsWith(typed) || name.toLowerCase().includes(typed)
        );
        this.state.quickAt = 0;
    }

    toggleQuick() {
        if (this.state.quick) {
            this.state.quick = null;
        } else {
            this.openQuick();
        }
    }

    onQuickKey({ key }) {
        const { quick, quickAt } = this.state;
        if (key === "Escape") {
            this.state.quick = null;
        } else if (key === "ArrowDown") {
            this.state.quickAt = Math.min(quickAt + 1, quick.length - 1);
        } else if (key === "ArrowUp") {
            this.state.quickAt = Math.max(quickAt - 1, 0);
        } else if (key === "Enter" || key === "Tab") {
            if (!quick.length) {
                return false;
            }
            this.takeQuick(quick[quickAt]);
        } else {
            return false;
        }
        return true;
    }

    takeQuick(answer) {
        if (!answer.why) {
            this.setText(answer.text);
        }
    }

    // files

    chooseFiles() {
        this.fileInput.el.click();
    }

    async onFiles(ev) {
        const files = [...ev.target.files];
        ev.target.value = "";
        this.changed();
        for (const file of files) {
            const most = KINDS[file.type];
            if (!most) {
                this.state.problem = _t("%s is neither a JPEG or PNG picture nor a PDF.", file.name);
            } else if (file.size > most * 1024 * 1024) {
                this.state.problem = _t("%(name)s is too large: at most %(size)s MB.", {
                    name: file.name,
                    size: most,
                });
            } else if (this.state.files.length >= MOST_FILES) {
                this.state.problem = _t("At most %s files at once.", MOST_FILES);
            } else {
                const url = await getDataURLFromFile(file);
                this.state.files.push({ name: file.name, type: file.type, url });
            }
        }
        this.remember();
    }

    dropFile(index) {
        this.state.files.splice(index, 1);
        this.changed();
        this.remember();
    }

    // templates

    get mustTemplate() {
        return !this.composer.free;
    }

    async openTemplates() {
        this.state.problem = "";
        try {
            this.state.templates = await this.orm.call(MODEL, "templates", [[this.id]]);
            this.state.template = this.state.templates[0] || null;
        } catch (error) {
            this.state.problem = words(error);
        }
    }

    chooseTemplate(ev) {
        const id = Number(ev.target.value);
        this.state.template = this.state.templates.find((each) => each.id === id);
    }

    get templateHtml() {
        return markup(this.state.template.html);
    }

    closeTemplates() {
        this.state.templates = null;
        this.state.template = null;
    }

    get needsReason() {
        return this.mustTemplate && this.composer.policy === "stop";
    }

    get canSendTemplate() {
        const { sending, template, reason } = this.state;
        return (
            !sending &&
            Boolean(template) &&
            (!this.needsReason || (this.composer.may_override && Boolean(reason.trim())))
        );
    }

    confirmTemplate() {
        this.dialog.add(ConfirmationDialog, {
            title: _t("Send a template"),
            body: this.state.template.price
                ? _t("WhatsApp charges about %(price)s for it. Send it to %(name)s?", {
                      price: this.state.template.price,
                      name: this.props.head.name,
                  })
                : _t("WhatsApp charges for templates. Send it to %s?", this.props.head.name),
            confirmLabel: _t("Send"),
            confirm: () => this.send({ template: this.state.template.id }),
            cancelLabel: _t("Discard"),
            cancel: () => {},
        });
    }

    // sending

    sendText() {
        if (!this.canSend) {
            return;
        }
        const { text, files, reply } = this.state;
        return this.send({
            text,
            attachments: files.map(({ name, url }) => ({
                name,
                content: url.slice(url.indexOf(",") + 1),
            })),
            reply_to: reply?.id,
        });
    }

    async send(values) {
        this.state.sending = true;
        this.state.problem = "";
        try {
            const { ids } = await this.orm.call(MODEL, "action_send", [[this.id]], {
                ...values,
                reason: this.state.reason || null,
                key: this.key,
            });
            this.key = newKey();
            if (values.template) {
                this.closeTemplates();
            } else {
                this.clear();
            }
            this.state.reason = "";
            this.props.onSent(ids);
        } catch (error) {
            // what was written stays where it is
            this.last = values;
            this.state.problem = words(error);
            this.props.onStale();
        } finally {
            this.state.sending = false;
        }
    }

    clear() {
        Object.assign(this.state, { text: "", files: [], reply: null, quick: null });
        this.remember();
        const { el } = this.input;
        if (el) {
            el.value = "";
            el.dispatchEvent(new Event("input", { bubbles: true }));
            el.focus();
        }
    }

    tryAgain() {
        return this.last?.template ? this.send(this.last) : this.sendText();
    }
}

function newKey() {
    const bytes = crypto.getRandomValues(new Uint8Array(12));
    return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function words(error) {
    return error.data?.message || _t("There is no connection at the moment. Nothing is lost.");
}
