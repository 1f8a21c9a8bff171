import { registry } from "@web/core/registry";

/** What has to be moved sideways is nothing for a phone; the header is Odoo's. */
const fits = (trigger) => ({
    trigger,
    run() {
        const { scrollWidth, clientWidth } = document.querySelector("main");
        if (scrollWidth > clientWidth) {
            throw new Error(`The page is ${scrollWidth} wide on ${clientWidth}`);
        }
    },
});

const click = (trigger) => ({ trigger, run: "click", expectUnloadPage: true });

const agree = [
    fits("#debt_portal_consent:contains(I authorise)"),
    { trigger: "input[name=card]:first", run: "check" },
    { trigger: "#debt_portal_agree", run: "check" },
    click("button:contains(Turn on automatic payment)"),
    { trigger: ".alert-success:contains(is on)" },
];

registry.category("web_tour.tours").add("debt_portal_autopay", {
    steps: () => [
        click("#debt_portal_autopay"),
        ...agree,
        fits("#debt_portal_autopay_state:contains(Next charge)"),
        // once more: another consent takes its place
        ...agree,
        click("a:contains(Payment plan)"),
        click("#debt_portal_autopay:contains(Change or stop)"),
        click("button:contains(Stop automatic payment)"),
        fits(".alert-success:contains(is off)"),
    ],
});

registry.category("web_tour.tours").add("debt_portal_autopay_card", {
    steps: () => [
        click("a:contains(Save a card)"),
        fits("#o_payment_form"),
        { trigger: "input[name=customer_input]", run: "edit 4242424242424242" },
        click("button[name=o_payment_submit_button]"),
        ...agree,
    ],
});
