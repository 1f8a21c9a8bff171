import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");

/** Answer, and be told that it was wrong, then right. */
function answer(wrong, right) {
    return [
        {
            content: "Before that the page tells nothing",
            trigger: "body:not(:contains(1,234.00)):not(:contains(Ferretería)) #debt_answer",
            run: `edit ${wrong}`,
        },
        {
            trigger: "#debt_portal_answer button",
            run: "click",
            expectUnloadPage: true,
        },
        { trigger: ".alert-danger:contains(not right)" },
        { trigger: "#debt_answer", run: `edit ${right}` },
        {
            trigger: "#debt_portal_answer button",
            run: "click",
            expectUnloadPage: true,
        },
        { trigger: ".alert-success:contains(Welcome to your account)" },
        { trigger: "#wrap:contains(1,234.00)" },
    ];
}

tours.add("debt_portal_check_tax", {
    steps: () => answer("0000", "4321"),
});

tours.add("debt_portal_check_code", {
    steps: () => [
        {
            content: "Choose where the code goes; nobody reads the address",
            trigger: "label:contains(p…@andina.example.com)",
            run: "click",
        },
        {
            trigger: "#debt_portal_code button",
            run: "click",
            expectUnloadPage: true,
        },
        { trigger: "p[role=status]:contains(on its way)" },
        ...answer("000000", "123 456"),
    ],
});
