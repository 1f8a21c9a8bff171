import { registry } from "@web/core/registry";

/** A page that has to be moved sideways is no page for a phone. */
const fits = (trigger) => ({
    trigger,
    run() {
        const { scrollWidth, clientWidth } = document.documentElement;
        if (scrollWidth > clientWidth) {
            throw new Error(`The page is ${scrollWidth} wide on ${clientWidth}`);
        }
    },
});

const click = (trigger) => ({ trigger, run: "click", expectUnloadPage: true });

/** Choose a file as a phone does after taking a photo. */
const choose = (trigger, name, content) => ({
    trigger,
    run() {
        const files = new DataTransfer();
        files.items.add(new File([content], name));
        this.anchor.files = files.files;
    },
});

registry.category("web_tour.tours").add("debt_portal_dispute", {
    steps: () => [
        click("#debt_portal_actions a:contains(Report a problem)"),
        fits("#debt_portal_dispute"),
        { trigger: "#debt_portal_dispute input[name=items]:first", run: "click" },
        { trigger: "#debt_part_part", run: "click" },
        { trigger: "#debt_amount", run: "edit 30.50" },
        { trigger: "#debt_reason", run: "selectByLabel Price" },
        { trigger: "#debt_text", run: "edit The price is that of last year" },
        choose("#debt_files", "order.pdf", "%PDF-1.4 an order"),
        click("#debt_portal_dispute button[type=submit]"),
        { trigger: "#debt_portal_done:contains(We look into it)" },
        fits("dd:contains(30.50)"),
        { trigger: "a:contains(order.pdf)" },
        { trigger: "#debt_text", run: "edit And the discount is missing" },
        click("form[action$='/add'] button[type=submit]"),
        { trigger: "#debt_portal_thread:contains(the discount is missing)" },
        { trigger: "summary:contains(It is settled for me)", run: "click" },
        click("form[action$='/withdraw'] button[type=submit]"),
        { trigger: ".badge:contains(Withdrawn)" },
    ],
});

registry.category("web_tour.tours").add("debt_portal_paid", {
    steps: () => [
        click("#debt_portal_actions a:contains(I have paid)"),
        fits("#debt_portal_paid"),
        choose("#debt_files", "photo.jpg", "\u00ff"),
        click("#debt_portal_paid button[type=submit]"),
        { trigger: ".alert-danger:contains(Only photos and PDF files)" },
        choose("#debt_files", "receipt.pdf", "%PDF-1.4 a receipt"),
        { trigger: "#debt_reference", run: "edit OP-7788" },
        click("#debt_portal_paid button[type=submit]"),
        { trigger: ".alert-info:contains(We send no reminders)" },
        fits("dd:contains(OP-7788)"),
        click("a:contains(All payments you told us of)"),
        { trigger: ".list-group .badge:contains(We are looking for it)" },
    ],
});

registry.category("web_tour.tours").add("debt_portal_message", {
    steps: () => [
        click("nav a:contains(Messages)"),
        fits("section:contains(Who you can ask)"),
        { trigger: "#debt_text", run: "edit When do you send the statement?" },
        click("#debt_portal_message button[type=submit]"),
        fits("#debt_portal_thread:contains(When do you send the statement?)"),
    ],
});

registry.category("web_tour.tours").add("debt_portal_preferences", {
    steps: () => [
        click("nav a:contains(Preferences)"),
        fits("#debt_portal_preferences"),
        { trigger: "#debt_start", run: "select 9" },
        { trigger: "#debt_end", run: "select 12" },
        { trigger: "#debt_days", run: "select weekdays" },
        click("#debt_portal_preferences button[type=submit]"),
        { trigger: "#debt_portal_done:contains(Saved)" },
        click("#debt_portal_channels button:contains(Stop them):first"),
        { trigger: "#debt_portal_channels .badge:contains(Off)" },
        { trigger: "summary:contains(Add somebody)", run: "click" },
        { trigger: "#debt_portal_add [name=name]", run: "edit Luz Marín" },
        { trigger: "#debt_portal_add [name=phone]", run: "edit +57 300 555 0177" },
        click("#debt_portal_add button[type=submit]"),
        fits("#debt_portal_requests:contains(Luz Marín)"),
    ],
});
