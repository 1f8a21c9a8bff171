import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

// in Spanish
const openDesk = [
    stepUtils.showAppsMenuItem(),
    {
        content: "open the application",
        trigger: '.o_app[data-menu-xmlid="debt_collection.debt_menu_root"]',
        run: "click",
    },
    {
        content: "open the screen of WhatsApp",
        trigger:
            '.o_menu_sections [data-menu-xmlid="debt_collection_whatsapp.debt_menu_whatsapp_desk"]',
        run: "click",
    },
];

registry.category("web_tour.tours").add("debt_whatsapp_answer", {
    url: "/odoo",
    steps: () => [
        ...openDesk,
        {
            content: "one person waits",
            trigger: '.o_debt_wa_waiting:contains("1")',
        },
        {
            content: "open the conversation",
            trigger: '.o_debt_wa_row:contains("Tienda La Esquina")',
            run: "click",
        },
        {
            content: "read what they wrote",
            trigger: '.o_debt_wa_in .o_debt_wa_text:contains("dos cuotas") b',
        },
        {
            content: "older messages come page by page",
            trigger: ".o_debt_wa_older",
            run: "click",
        },
        {
            content: "the first one is there",
            trigger: '.o_debt_wa_text:contains("Mensaje 1 de 40")',
        },
        {
            content: "look for a quick answer",
            trigger: ".o_debt_wa_input",
            run: "edit /gra",
        },
        {
            content: "take it",
            trigger: '.o_debt_wa_quick button:contains("/gracias")',
            run: "click",
        },
        {
            content: "it is filled in",
            trigger: ".o_debt_wa_input:value(Gracias, Tienda La Esquina)",
        },
        {
            content: "send it",
            trigger: ".o_debt_wa_send:not([disabled])",
            run: "click",
        },
        {
            content: "it is in the queue",
            trigger:
                '.o_debt_wa_out[data-state="queued"] .o_debt_wa_text:contains("Gracias, Tienda")',
        },
        {
            content: "nobody waits any more",
            trigger: ".o_debt_wa_desk:not(:has(.o_debt_wa_waiting))",
        },
        {
            content: "look at it, which the test takes for the report of WhatsApp",
            trigger: ".o_debt_wa_input",
            run: "edit algo más",
        },
        {
            content: "the ticks change by themselves",
            trigger:
                '.o_debt_wa_out[data-state="read"]:has(.o_debt_wa_read) .o_debt_wa_text:contains("Gracias, Tienda")',
        },
        {
            content: "what was begun is still there",
            trigger: ".o_debt_wa_input:value(algo más)",
        },
        {
            content: "hand it back",
            trigger: ".o_debt_wa_hand_back",
            run: "click",
        },
        {
            content: "the assistant has it",
            trigger: '.o_debt_wa_status:has(.fa-android)',
        },
    ],
});

registry.category("web_tour.tours").add("debt_whatsapp_template", {
    url: "/odoo",
    steps: () => [
        ...openDesk,
        {
            content: "look at all",
            trigger: ".o_debt_wa_what",
            run: "select every",
        },
        {
            content: "open the conversation",
            trigger: '.o_debt_wa_row:contains("Tienda La Esquina")',
            run: "click",
        },
        {
            content: "it says why there is no free text",
            trigger: '.o_debt_wa_closed:contains("24")',
        },
        {
            content: "choose a template",
            trigger: ".o_debt_wa_choose_template",
            run: "click",
        },
        {
            content: "it is shown as it will look",
            trigger: '.o_debt_wa_preview .o_debt_wa_text:contains("aviso")',
        },
        {
            content: "send it",
            trigger: ".o_debt_wa_send_template:not([disabled])",
            run: "click",
        },
        {
            content: "it costs: confirm",
            trigger: '.modal:contains("Tienda La Esquina") .btn-primary',
            run: "click",
        },
        {
            content: "it is in the conversation",
            trigger: '.o_debt_wa_out[data-state="queued"] .o_debt_wa_text:contains("aviso")',
        },
    ],
});

registry.category("web_tour.tours").add("debt_whatsapp_case", {
    steps: () => [
        {
            content: "the tab of the case has the conversation",
            trigger: '.o_notebook a[name="whatsapp"]',
            run: "click",
        },
        {
            content: "answer a message",
            trigger: ".o_debt_wa_in .o_debt_wa_answer:not(:visible), .o_debt_wa_in .o_debt_wa_answer",
            run: "click",
        },
        {
            content: "write",
            trigger: ".o_debt_wa_input",
            run: "edit Sí, con gusto",
        },
        {
            content: "send",
            trigger: ".o_debt_wa_send:not([disabled])",
            run: "click",
        },
        {
            content: "what fails stays, and says why",
            trigger: '.o_debt_wa_failed',
        },
        {
            content: "nothing is lost",
            trigger: ".o_debt_wa_input:value(Sí, con gusto)",
        },
        {
            content: "try again",
            trigger: ".o_debt_wa_failed button",
            run: "click",
        },
        {
            content: "it went, with what it answers",
            trigger: '.o_debt_wa_out:has(.o_debt_wa_quote) .o_debt_wa_text:contains("Sí, con gusto")',
        },
    ],
});

/** What Meta and the jobs do takes its time on a busy machine. */
const MACHINERY = 60000;

/** Choose a picture in the composer, as if it came from the disk. */
async function attach(name) {
    const canvas = Object.assign(document.createElement("canvas"), { width: 60, height: 40 });
    const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
    const files = new DataTransfer();
    files.items.add(new File([blob], name, { type: "image/png" }));
    const input = document.querySelector(".o_debt_wa_entry input[type=file]");
    input.files = files.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
}

registry.category("web_tour.tours").add("debt_whatsapp_whole", {
    url: "/odoo",
    steps: () => [
        ...openDesk,
        {
            content: "look at all",
            trigger: ".o_debt_wa_what",
            run: "select every",
        },
        {
            content: "open the conversation",
            trigger: '.o_debt_wa_row:contains("Tienda La Esquina")',
            run: "click",
        },
        {
            content: "the assistant has it",
            trigger: ".o_debt_wa_status:has(.fa-android)",
        },
        {
            content: "what was promised to it, and read",
            trigger: '.o_debt_wa_out[data-state="read"] .o_debt_wa_text:contains("Registrado")',
        },
        {
            content: "they ask for a person: it comes without doing anything",
            trigger: '.o_debt_wa_in .o_debt_wa_text:contains("hablar con una persona")',
            timeout: MACHINERY,
        },
        {
            content: "they wait",
            trigger: ".o_debt_wa_status:has(.fa-hourglass-half)",
        },
        {
            content: "take it over",
            trigger: ".o_debt_wa_take",
            run: "click",
        },
        {
            content: "free text can be written for a day",
            trigger: '.o_debt_wa_note:has(.fa-clock-o):contains("libre hasta")',
        },
        {
            content: "answer",
            trigger: ".o_debt_wa_input",
            run: "edit Con gusto le ayudo",
        },
        {
            content: "send it",
            trigger: ".o_debt_wa_send:not([disabled])",
            run: "click",
        },
        {
            content: "it is there, and nobody waits",
            trigger: '.o_debt_wa_out .o_debt_wa_text:contains("Con gusto le ayudo")',
        },
        {
            content: "attach a picture",
            trigger: ".o_debt_wa_entry",
            run: () => attach("cuenta.png"),
        },
        {
            content: "it is chosen",
            trigger: '.o_debt_wa_composer .badge:contains("cuenta")',
        },
        {
            content: "send it",
            trigger: ".o_debt_wa_send:not([disabled])",
            run: "click",
        },
        {
            content: "the picture is there",
            trigger: ".o_debt_wa_out .o_debt_wa_photo",
        },
        {
            content: "it arrived, by Meta's report",
            trigger:
                '.o_debt_wa_out:is([data-state="delivered"], [data-state="read"]):has(.o_debt_wa_photo)',
            timeout: MACHINERY,
        },
        {
            content: "and was read",
            trigger: '.o_debt_wa_out[data-state="read"]:has(.o_debt_wa_photo) .o_debt_wa_read',
            timeout: MACHINERY,
        },
        {
            content: "what is asked is asked in the language of the agent",
            trigger: ".o_debt_wa_give",
            run: "click",
        },
        {
            content: "think better of it",
            trigger: '.modal:has(.modal-title:contains("Entregar a un colega")) .btn-secondary',
            run: "click",
        },
        {
            content: "hand it back",
            trigger: ".o_debt_wa_hand_back",
            run: "click",
        },
        {
            content: "the assistant has it",
            trigger: ".o_debt_wa_status:has(.fa-android)",
        },
        {
            content: "what they ask for next is answered by it",
            trigger: '.o_debt_wa_in .o_debt_wa_text:contains("saldo")',
            timeout: MACHINERY,
        },
        {
            content: "at once",
            trigger: '.o_debt_wa_line:last-child.o_debt_wa_by_bot .o_debt_wa_text:contains("450")',
            timeout: MACHINERY,
        },
    ],
});
