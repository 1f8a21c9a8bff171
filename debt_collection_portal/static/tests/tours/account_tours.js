import { registry } from "@web/core/registry";

const seesTwoCurrencies = [
    {
        content: "what is overdue stands above, in each currency",
        trigger: "#debt_portal_sums:contains('70.00'):contains('100.00')",
    },
    {
        content: "nothing was chosen: there is no button to pay it",
        trigger: ".o_debt_chosen_bar.d-none:not(:visible)",
    },
    {
        content: "choose a document in one currency",
        trigger: ".o_debt_items:first input[name=items]:first",
        run: "click",
    },
    {
        content: "and one in the other",
        trigger: ".o_debt_items:last input[name=items]:first",
        run: "click",
    },
    {
        content: "the sums are said in each",
        trigger: ".o_debt_pay_chosen:contains('70'):contains('100')",
    },
    {
        content: "not this one after all",
        trigger: ".o_debt_items:first input[name=items]:first",
        run: "click",
    },
    {
        content: "only the other is said",
        trigger: ".o_debt_pay_chosen:not(:contains('70')):contains('100')",
    },
];

const readsHistory = [
    {
        content: "go to the history",
        trigger: ".o_debt_tabs a:contains('History')",
        run: "click",
        expectUnloadPage: true,
    },
    {
        content: "the tab that is open is in sight",
        trigger: ".o_debt_tabs a.active:contains('History')",
        run() {
            const tabs = document.querySelector(".o_debt_tabs").getBoundingClientRect();
            const tab = this.anchor.getBoundingClientRect();
            if (tab.left < tabs.left - 1 || tab.right > tabs.right + 1) {
                throw new Error("the open tab is out of sight");
            }
        },
    },
    {
        content: "nothing of ours is wider than the screen",
        trigger: "#debt_portal_history li:contains('Message')",
        run() {
            const page = this.anchor.closest(".o_debt_page");
            if (page.scrollWidth > page.clientWidth) {
                throw new Error("the page is wider than the screen");
            }
        },
    },
];

registry.category("web_tour.tours").add("debt_portal_account", {
    steps: () => [
        {
            content: "open the account from the portal",
            trigger: ".o_portal_index_card a:contains('Your account'):contains('Overdue')",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "there are several: choose the one of the company",
            trigger: ".o_debt_account:contains('Ferretería Andina'):contains('70')",
            run: "click",
            expectUnloadPage: true,
        },
        ...seesTwoCurrencies,
        ...readsHistory,
    ],
});

registry.category("web_tour.tours").add("debt_portal_link", {
    steps: () => [...seesTwoCurrencies, ...readsHistory],
});

registry.category("web_tour.tours").add("debt_portal_link_expired", {
    steps: () => [
        {
            content: "it says what to do, and nothing of whose link it was",
            trigger: "main:contains('no longer valid'):not(:contains('Ferretería'))",
        },
        {
            content: "whoever has a login goes on with it",
            trigger: "a:contains('Log in to my account')",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "the login comes first",
            trigger: "input[name=password]",
        },
    ],
});
