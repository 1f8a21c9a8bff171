import { registry } from "@web/core/registry";

/** A page that has to be moved sideways is no page for a phone. */
const fits = (trigger) => ({
    trigger,
    run() {
        const { clientWidth } = document.documentElement;
        const wide = [...document.querySelectorAll("#wrap *")].filter(
            (el) =>
                el.getBoundingClientRect().right > clientWidth &&
                !el.closest("nav, .table-responsive") // they scroll on their own
        );
        if (wide.length) {
            const names = wide.map((el) => `${el.tagName}.${el.className}`);
            throw new Error(`Wider than ${clientWidth}: ${names}`);
        }
    },
});

const click = (trigger) => ({ trigger, run: "click", expectUnloadPage: true });

const signed = [
    fits(".alert-success:contains(it is agreed)"),
    { trigger: ".list-group-item:contains(To pay) a:contains(Pay)" },
    { trigger: "a:contains(Download as PDF)" },
];

registry.category("web_tour.tours").add("debt_portal_promise", {
    steps: () => [
        click("#debt_portal_actions a:contains(Promise a payment)"),
        fits("#debt_portal_promise"),
        { trigger: "#debt_what_some", run: "click" },
        { trigger: "#debt_portal_promise input[name=items]:first", run: "click" },
        click("button:contains(I promise to pay)"),
        fits(".alert-success:contains(your promise is noted)"),
        click("a:contains(Change)"),
        { trigger: "#debt_what_part", run: "click" },
        { trigger: "input[name=amount]", run: "edit 5" },
        click("button:contains(I promise to pay)"),
        { trigger: ".alert-danger:contains(or whole documents)" },
        click("nav a:contains(Agreements)"),
        click("button:contains(Take back)"),
        { trigger: ".alert-info:contains(taken back)" },
    ],
});

registry.category("web_tour.tours").add("debt_portal_plan", {
    steps: () => [
        click("#debt_portal_actions a:contains(Pay in instalments)"),
        fits("#debt_portal_simulated li:contains(Total)"),
        { trigger: "#debt_count", run: "select 1" },
        { trigger: "#debt_portal_simulated li:eq(2):contains(Total)" },
        click("button:contains(Go on)"),
        { trigger: ".debt_portal_sign #debt_name", run: "edit Ana Gómez" },
        {
            trigger: ".debt_portal_pad canvas",
            run() {
                const { left, top } = this.anchor.getBoundingClientRect();
                for (const [type, x, y] of [
                    ["pointerdown", 20, 20],
                    ["pointermove", 60, 60],
                    ["pointermove", 120, 30],
                    ["pointerup", 120, 30],
                ]) {
                    this.anchor.dispatchEvent(
                        new PointerEvent(type, {
                            bubbles: true,
                            buttons: type === "pointerup" ? 0 : 1,
                            clientX: left + x,
                            clientY: top + y,
                            isPrimary: true,
                            pointerId: 1,
                            pressure: 0.5,
                        })
                    );
                }
            },
        },
        { trigger: "#debt_agree", run: "click" },
        fits(".debt_portal_sign"),
        click("button:contains(Accept and sign)"),
        ...signed,
    ],
});

registry.category("web_tour.tours").add("debt_portal_settlement", {
    steps: () => [
        click("nav a:contains(Agreements)"),
        { trigger: ".badge:contains(2 more days)" },
        click("a:contains(Read and sign)"),
        { trigger: ".debt_portal_sign #debt_name", run: "edit Ana Gómez" },
        { trigger: "#debt_agree", run: "click" },
        click("button:contains(Accept and sign)"),
        ...signed,
    ],
});
