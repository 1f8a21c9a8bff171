import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");

function total(text) {
    return {
        content: "What will be paid is shown before",
        trigger: `#debt_portal_pay_total:contains(${text})`,
    };
}

const dontWait = {
    content: "Odoo's own page waits for what is on its way: do not",
    trigger: "a.alert-link:contains(Skip)",
    run: "click",
    expectUnloadPage: true,
};

/** Pay with the provider to try payments with, and see how it ended. */
function pay(state) {
    return [
        {
            content: "Write the number of a card",
            trigger: "#o_payment_form input[name='customer_input']",
            run: "edit 4242424242424242",
        },
        {
            content: "Choose how it ends",
            trigger: "#simulated_payment_state",
            run: `select ${state}`,
        },
        {
            content: "Pay",
            trigger: "button[name='o_payment_submit_button']:not([disabled])",
            run: "click",
            expectUnloadPage: true,
        },
        ...(state === "pending" ? [dontWait] : []),
        {
            content: "The page says what became of it",
            trigger: `#debt_portal_pay_state[data-state='${state}']`,
        },
    ];
}

tours.add("debt_portal_pay_all", {
    steps: () => [total("150.00"), ...pay("done"), { trigger: "a:contains(receipt)" }],
});

tours.add("debt_portal_pay_part", {
    steps: () => [
        {
            content: "Pay another amount",
            trigger: "summary:contains(another amount)",
            run: "click",
        },
        {
            trigger: "#debt_portal_amount",
            run: "edit 120,00",
        },
        {
            trigger: "button:contains(Go on)",
            run: "click",
            expectUnloadPage: true,
        },
        total("120.00"),
        ...pay("done"),
        { trigger: "p:contains(Left on your account):contains(30.00)" },
    ],
});

tours.add("debt_portal_pay_currencies", {
    steps: () => [
        total("150.00"),
        {
            trigger: "a:contains(Pay what is in EUR)",
            run: "click",
            expectUnloadPage: true,
        },
        total("60.00"),
        ...pay("done"),
        {
            content: "The other currency is still open",
            trigger: "p:contains(Left on your account):contains(150.00)",
        },
    ],
});

tours.add("debt_portal_pay_fails", {
    steps: () => [
        total("150.00"),
        ...pay("error"),
        {
            trigger: "a:contains(Try again)",
            run: "click",
            expectUnloadPage: true,
        },
        total("150.00"),
        ...pay("pending"),
        {
            trigger: "a.btn:contains(Your account)",
            run: "click",
            expectUnloadPage: true,
        },
        { trigger: ".alert:contains(is on its way)" },
    ],
});
