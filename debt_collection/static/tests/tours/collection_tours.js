import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

const openApp = [
    stepUtils.showAppsMenuItem(),
    {
        content: "open the application",
        trigger: '.o_app[data-menu-xmlid="debt_collection.debt_menu_root"]',
        run: "click",
    },
];

const openMenu = (section, entry) => [
    {
        content: `open the menu ${section}`,
        trigger: `.o_menu_sections [data-menu-xmlid="debt_collection.${section}"]`,
        run: "click",
    },
    {
        content: `choose ${entry}`,
        trigger: `.dropdown-item[data-menu-xmlid="debt_collection.${entry}"]`,
        run: "click",
    },
];

const openCase = (name) => [
    ...openApp,
    ...openMenu("debt_menu_portfolio", "debt_menu_case"),
    {
        content: "open the case",
        trigger: `.o_kanban_record:contains("${name}")`,
        run: "click",
    },
];

const caseMenu = (entry) => [
    {
        content: "open the menu of the case",
        trigger: ".o_form_view .o_cp_action_menus i.fa-cog",
        run: "click",
    },
    {
        content: `choose ${entry}`,
        trigger: `.o-dropdown-item:contains(/^${entry}$/)`,
        run: "click",
    },
];

// in Spanish
const acceptByPhone = [
    {
        content: "who",
        trigger: '.modal .o_field_widget[name="accepted_by"] input',
        run: "edit Rosa Pérez",
    },
    {
        content: "how",
        trigger:
            '.modal .o_field_widget[name="accepted_how"] .o_radio_item:contains("Por teléfono") input',
        run: "click",
    },
    {
        content: "begin",
        trigger: '.modal button[name="action_confirm"]:contains("Iniciar el acuerdo")',
        run: "click",
    },
    {
        content: "it is active",
        trigger: '.o_statusbar_status .o_arrow_button_current:contains("Activo")',
    },
];

const confirm = {
    content: "confirm",
    trigger: ".modal:not(.o_inactive_modal) .modal-footer .btn-primary",
    run: "click",
};

registry.category("web_tour.tours").add("debt_agent", {
    url: "/odoo",
    steps: () => [
        ...openApp,
        ...openMenu("debt_menu_portfolio", "debt_menu_case"),
        {
            content: "the board shows the case in its stage",
            trigger: '.o_kanban_group:contains("Early") .o_kanban_record:contains("Tienda")',
            run: "click",
        },
        {
            content: "what is owed and what was sent is there",
            trigger: '.o_form_view [name="amount_overdue"]:contains("100.00")',
        },
        {
            content: "look at the actions",
            trigger: '.o_notebook a[name="actions"]',
            run: "click",
        },
        {
            content: "the reminder was sent",
            trigger: '.o_data_row:contains("Step 3"):contains("Sent")',
        },
        ...caseMenu("Hold"),
        {
            content: "say why",
            trigger: '.modal [name="reason"] input',
            run: "edit Waits for our credit note",
        },
        {
            content: "hold",
            trigger: '.modal button[name="action_confirm"]',
            run: "click",
        },
        {
            content: "the form says so",
            trigger: '.alert:contains("Waits for our credit note")',
        },
        {
            content: "resume",
            trigger: 'button[name="action_resume"]',
            run: "click",
        },
        {
            content: "the case is open again",
            trigger: '.o_form_view:not(:has(.alert:contains("Waits for")))',
        },
    ],
});

registry.category("web_tour.tours").add("debt_my_day", {
    url: "/odoo",
    steps: () => [
        ...openApp,
        {
            content: "the largest debt is first, and says why",
            trigger:
                '.o_data_row:first:contains("Almacén"):contains("to chase"):contains("Call")',
        },
        {
            content: "two cases are left",
            trigger: '.o_debt_my_day_banner .o_debt_number:contains("2")',
        },
        {
            content: "work the list",
            trigger: ".o_debt_start",
            run: "click",
        },
        {
            content: "the first case is open, with its reasons",
            trigger: '.o_form_view:contains("Almacén") .o_debt_reason:contains("to chase")',
        },
        {
            content: "go on by keyboard",
            trigger: ".o_debt_next",
            run: "press Alt+n",
        },
        {
            content: "the second case is open",
            trigger: '.o_form_view:contains("Tienda") .o_debt_next_bar:contains("2 / 2")',
        },
        {
            content: "back to the first",
            trigger: ".o_debt_previous",
            run: "click",
        },
        {
            content: "nobody answers: not today",
            trigger: '.o_form_view:contains("Almacén") .o_debt_skip',
            run: "click",
        },
        {
            content: "the second case follows; skip it too",
            trigger: '.o_form_view:contains("Tienda") .o_debt_skip',
            run: "click",
        },
        {
            content: "the day is done",
            trigger: '.o_list_view .o_view_nocontent:contains("Your day is done")',
        },
    ],
});

registry.category("web_tour.tours").add("debt_salesperson", {
    url: "/odoo",
    steps: () => [
        ...openApp,
        {
            content: "only the own customer is there, not the colleague's",
            trigger: ".o_list_view:has(.o_data_row:only-child)",
        },
        {
            content: "open it",
            trigger: '.o_data_row:contains("Tienda") td[name="partner_id"]',
            run: "click",
        },
        {
            content: "there is nothing to decide here",
            trigger:
                '.o_form_view:not(:has(button[name="action_promise"], button[name="action_dispute"]))',
        },
        {
            content: "log what was heard",
            trigger: 'button[name="action_log"]',
            run: "click",
        },
        {
            content: "the customer promises to pay",
            trigger: '.modal [name="outcome_id"] .o_selection_badge:contains("Promises to pay")',
            run: "click",
        },
        {
            content: "the agent will agree on it",
            trigger: '.modal [name="task_user_id"] input:value("agent")',
        },
        {
            content: "add a note",
            trigger: '.modal [name="note"] textarea',
            run: "edit Pays on Friday",
        },
        {
            content: "log it",
            trigger: '.modal button[name="action_confirm"]',
            run: "click",
        },
        {
            content: "a payment was made",
            trigger: '.o_form_view:not(:has(.modal)) button[name="action_report_payment"]',
            run: "click",
        },
        {
            content: "its number",
            trigger: '.modal [name="reference"] input',
            run: "edit TR-4711",
        },
        {
            content: "enter it",
            trigger: ".modal .o_form_button_save",
            run: "click",
        },
        {
            content: "the case counts it",
            trigger: 'button[name="action_open_notices"]',
        },
    ],
});

registry.category("web_tour.tours").add("debt_supervisor_day", {
    url: "/odoo",
    steps: () => [
        ...openApp,
        ...openMenu("debt_menu_team_root", "debt_menu_board"),
        {
            content: "the board shows who works how much; share out what agent has",
            trigger:
                '.o_kanban_record:contains("agent"):contains("100.00") button[name="action_redistribute"]',
            run: "click",
        },
        {
            content: "the colleague would get the case",
            trigger: '.modal .o_data_row:contains("tour_colleague"):contains("100.00")',
        },
        confirm,
        {
            content: "the colleague has it",
            trigger: '.o_kanban_record:contains("tour_colleague"):contains("100.00")',
        },
        ...openMenu("debt_menu_portfolio", "debt_menu_case"),
        {
            content: "open the case",
            trigger: '.o_kanban_record:contains("Tienda")',
            run: "click",
        },
        ...caseMenu("Pin"),
        {
            content: "say why",
            trigger: '.modal [name="reason"] input',
            run: "edit Closes on Friday",
        },
        {
            content: "pin it",
            trigger: '.modal button[name="action_confirm"]',
            run: "click",
        },
        {
            content: "the case says so",
            trigger: '.alert-danger:contains("Closes on Friday")',
        },
    ],
});

registry.category("web_tour.tours").add("debt_dispute", {
    url: "/odoo",
    steps: () => [
        ...openCase("Tienda"),
        {
            content: "the customer does not agree",
            trigger: 'button[name="action_dispute"]',
            run: "click",
        },
        {
            content: "the only invoice is there",
            trigger: '.modal [name="item_ids"] .o_tag:contains("INV")',
        },
        {
            content: "say why",
            trigger: '.modal [name="reason_id"] input',
            run: "edit Shortage",
        },
        {
            content: "choose the reason",
            trigger: '.o-autocomplete--dropdown-item:contains("Shortage")',
            run: "click",
        },
        {
            content: "it says what to ask for",
            trigger: '.modal .o_form_view:contains("delivery note")',
        },
        {
            content: "enter it",
            trigger: ".modal .o_form_button_save",
            run: "click",
        },
        {
            content: "the case counts it",
            trigger: 'button[name="action_open_disputes"]',
            run: "click",
        },
        {
            content: "as a board",
            trigger: ".o_switch_view.o_kanban",
            run: "click",
        },
        {
            content: "open it",
            trigger: '.o_kanban_group:contains("Open") .o_kanban_record:contains("Tienda")',
            run: "click",
        },
        {
            content: "reject it",
            trigger: 'button[name="action_reject"]',
            run: "click",
        },
        {
            content: "say why",
            trigger: '.modal [name="answer"] textarea',
            run: "edit Signed without remarks",
        },
        {
            content: "confirm",
            trigger: '.modal button[name="action_confirm"]:contains("Reject")',
            run: "click",
        },
        {
            content: "the answer is there",
            trigger: '.o_form_view [name="answer"]:contains("Signed without remarks")',
        },
    ],
});

registry.category("web_tour.tours").add("debt_manager", {
    url: "/odoo",
    steps: () => [
        ...openApp,
        ...openMenu("debt_menu_config", "debt_menu_strategy"),
        {
            content: "open the strategy that is off",
            trigger: '.o_data_row:contains("Quiet Strategy") .o_data_cell',
            run: "click",
        },
        {
            content: "its steps stand on a time line",
            trigger: '.o_debt_timeline:contains("Due date"):contains("Step 3")',
        },
        {
            content: "switch it on",
            trigger: 'button[name="action_enable"]',
            run: "click",
        },
        confirm,
        {
            content: "it is on",
            trigger: 'button[name="action_disable"]',
        },
        ...openMenu("debt_menu_daily_run", "debt_menu_simulate"),
        {
            content: "simulate",
            trigger: '.modal button[name="action_simulate"]',
            run: "click",
        },
        {
            content: "somebody would get something",
            trigger: '.o_list_view:contains("Tienda")',
        },
        ...openMenu("debt_menu_portfolio", "debt_menu_approve"),
        {
            content: "open the groups of prepared messages",
            trigger: '.o_list_view .o_group_header:contains("Quiet Strategy")',
        },
    ],
});

registry.category("web_tour.tours").add("debt_supervisor_approves", {
    url: "/odoo",
    steps: () => [
        ...openApp,
        ...openMenu("debt_menu_portfolio", "debt_menu_approve"),
        {
            content: "take all prepared messages",
            trigger: ".o_list_view thead .o_list_record_selector input",
            run: "click",
        },
        {
            content: "send them",
            trigger: '.o_control_panel button[name="action_approve"]',
            run: "click",
        },
        confirm,
        {
            content: "nothing waits any more",
            trigger: ".o_view_nocontent",
        },
    ],
});

registry.category("web_tour.tours").add("debt_stage_by_drag", {
    url: "/odoo",
    steps: () => [
        ...openApp,
        ...openMenu("debt_menu_portfolio", "debt_menu_case"),
        {
            content: "drop the card on another stage",
            trigger: '.o_kanban_group:contains("Early") .o_kanban_record:contains("Tienda")',
            run: 'drag_and_drop(.o_kanban_group:contains("Late") .o_kanban_header)',
        },
        {
            content: "give the reason",
            trigger: '.modal [name="reason"] input',
            run: "edit Announced insolvency",
        },
        {
            content: "change the stage",
            trigger: '.modal button[name="action_confirm"]',
            run: "click",
        },
        {
            content: "the card is in its new stage",
            trigger: '.o_kanban_group:contains("Late") .o_kanban_record:contains("Tienda")',
        },
    ],
});

registry.category("web_tour.tours").add("debt_file", {
    steps: () => [
        {
            content: "open the file from the customer",
            trigger: '.o_form_view button[name="action_debt_file"]',
            run: "click",
        },
        {
            content: "what they owe",
            trigger: '.o_debt_file_owed:contains("100"):contains("Overdue")',
        },
        {
            content: "the balance is drawn",
            trigger: ".o_debt_file_balance canvas[aria-label*='100.00']",
        },
        {
            content: "look at it by week",
            trigger: '.o_debt_file_unit button:contains("Weeks")',
            run: "click",
        },
        {
            content: "it is drawn again",
            trigger: '.o_debt_file_unit button.active:contains("Weeks")',
        },
        {
            content: "what we did",
            trigger: '.o_debt_entry:contains("Step 3"):contains("Sent")',
        },
        {
            content: "promises and the like only",
            trigger: '.o_debt_file_timeline button[name="agreement"]',
            run: "click",
        },
        {
            content: "there was none yet",
            trigger: '.o_debt_file_timeline:contains("Nothing happened yet")',
        },
        {
            content: "everything again",
            trigger: '.o_debt_file_timeline button[name="agreement"]',
            run: "click",
        },
        {
            content: "they promise on the phone",
            trigger: '.o_debt_file_case button[name="action_promise"]',
            run: "click",
        },
        {
            content: "for tomorrow",
            trigger: '.modal .o_field_widget[name="date"] input',
            run: "edit +1d",
        },
        {
            content: "keep it",
            trigger: ".modal:not(.o_inactive_modal) .o_form_button_save",
            run: "click",
        },
        {
            content: "the page knows it at once",
            trigger: '.o_debt_entry_agreement:contains("Promise to Pay"):contains("Open")',
        },
        {
            content: "and so does what is next",
            trigger: '.o_debt_file_case:contains("Promised:"):contains("100")',
        },
        {
            content: "go to the case",
            trigger: '.o_debt_file_case button[name="open_case"]',
            run: "click",
        },
        {
            content: "and from it back to the file",
            trigger: '.o_form_view .o_form_statusbar, .o_form_view',
        },
        {
            content: "open the file",
            trigger: 'button[name="action_debt_file"]',
            run: "click",
        },
        {
            content: "it is the same page",
            trigger: '.o_debt_file_head:contains("Tienda La Esquina")',
        },
    ],
});

registry.category("web_tour.tours").add("debt_start_check", {
    url: "/odoo",
    steps: () => [
        ...openApp,
        ...openMenu("debt_menu_config", "debt_menu_start_check"),
        {
            content: "the balance of the old system is left out",
            trigger: '.o_debt_findings .o_kanban_record:contains("No Follow-Up"):contains("250.00")',
        },
        {
            content: "repair it",
            trigger: '.o_kanban_record:contains("No Follow-Up") button[name="action_fix"]',
            run: "click",
        },
        {
            content: "it says how many entries change",
            trigger: '.modal .alert:contains("Entries that will change: 1")',
        },
        {
            content: "chase them",
            trigger: '.modal button[name="action_confirm"]:visible',
            run: "click",
        },
        {
            content: "this is in order now",
            trigger:
                '.o_kanban_record:contains("No Follow-Up"):has(.fa-check-circle):not(:has(button))',
        },
        {
            content: "go on to the spreadsheet",
            trigger: '.o_statusbar_buttons button:contains("Import Spreadsheet")',
            run: "click",
        },
        {
            content: "a check waits",
            trigger: '.o_list_view .o_data_cell[name="name"]:contains("department.csv")',
            run: "click",
        },
        {
            content: "check the file",
            trigger: 'button[name="action_check"]',
            run: "click",
        },
        {
            content: "one line is wrong",
            trigger: '.o_data_row:contains("Nobody Knows Ltd")',
        },
        {
            content: "import the others",
            trigger: '[name="only_good"] input',
            run: "click",
        },
        {
            content: "import",
            trigger: 'button[name="action_import"]',
            run: "click",
        },
        confirm,
        {
            content: "it was imported",
            trigger: '.o_statusbar_status .o_arrow_button_current:contains("Imported")',
        },
        {
            content: "line by line",
            trigger: '.o_data_row:contains("New contact Ana")',
        },
    ],
});

// in Spanish, as most users see it
registry.category("web_tour.tours").add("debt_handover", {
    url: "/odoo",
    steps: () => [
        ...openCase("Tienda"),
        ...caseMenu("Trasladar"),
        {
            content: "to whom",
            trigger: '.o_field_widget[name="agency_id"] input',
            run: "edit Bufete",
        },
        {
            content: "choose the lawyer",
            trigger: '.o-autocomplete--dropdown-item:contains("Bufete Rojas")',
            run: "click",
        },
        {
            content: "save",
            trigger: ".o_form_button_save",
            run: "click",
        },
        {
            content: "it says what is missing",
            trigger: '.alert:contains("Todavía falta"):contains("Poder para el abogado")',
        },
        {
            content: "say why it goes without",
            trigger: '.o_field_widget[name="missing_reason"] textarea',
            run: "edit El cliente no firmó nada",
        },
        {
            content: "hand over",
            trigger: 'button[name="action_hand_over"]',
            run: "click",
        },
        confirm,
        {
            content: "it is handed over",
            trigger: '.o_statusbar_status .o_arrow_button_current:contains("Trasladado")',
        },
        {
            content: "look at the procedure",
            trigger: '.o_notebook a[name="procedure"]:contains("Proceso")',
            run: "click",
        },
        {
            content: "back to the case",
            trigger: 'button[name="action_open_case"]',
            run: "click",
        },
        {
            content: "it says who has it",
            trigger: '.alert:contains("Trasladado a"):contains("Bufete Rojas")',
        },
    ],
});

registry.category("web_tour.tours").add("debt_plan", {
    url: "/odoo",
    steps: () => [
        ...openCase("Taller"),
        {
            content: "simulate",
            trigger: 'button[name="action_plan"]:contains("Acuerdo de pago")',
            run: "click",
        },
        {
            content: "30 % now and the rest in three, as the limits propose",
            trigger:
                '.o_field_widget[name="schedule"]:contains("300,00"):contains("233,34")',
        },
        {
            content: "that takes longer than an agent may agree on",
            trigger: '.alert:contains("Supera sus límites"):contains("60 días")',
        },
        {
            content: "the rest at once",
            trigger: '.o_field_widget[name="instalments"] input',
            run: "edit 1 && press Tab",
        },
        {
            content: "the schedule follows",
            trigger:
                '.o_field_widget[name="schedule"]:contains("700,00"):not(:contains("233,34"))',
        },
        {
            content: "it is an offer on paper",
            trigger: 'button[name="action_offer"]:contains("Imprimir la oferta")',
            run: "click",
        },
        {
            content: "it was offered",
            trigger: '.o_statusbar_status .o_arrow_button_current:contains("Ofrecido")',
        },
        {
            content: "the customer calls back",
            trigger: 'button[name="action_accept"]:contains("El cliente acepta")',
            run: "click",
        },
        ...acceptByPhone,
        {
            content: "print what was agreed",
            trigger: 'button[name="action_print"]:contains("Imprimir")',
            run: "click",
        },
        {
            content: "go to the case",
            trigger: 'button[name="action_open_case"]',
            run: "click",
        },
        {
            content: "nobody chases it now",
            trigger: '.alert:contains("Acuerdo de pago"):contains("1.000,00")',
        },
    ],
});

registry.category("web_tour.tours").add("debt_settlement_ask", {
    url: "/odoo",
    steps: () => [
        ...openCase("Taller"),
        ...caseMenu("Oferta de quita"),
        {
            content: "less than all",
            trigger: '.o_field_widget[name="discount_percent"] input',
            run: "edit 5 && press Tab",
        },
        {
            content: "it says what the customer would pay",
            trigger: '.o_field_widget[name="amount_total"]:contains("950,00")',
        },
        {
            content: "and that it is not for an agent to decide",
            trigger: '.alert:contains("El descuento es más del 0")',
        },
        {
            content: "there is nothing to accept yet",
            trigger: '.o_form_view:not(:has(button[name="action_accept"]))',
        },
        {
            content: "what speaks for it",
            trigger: '.o_field_widget[name="approval_note"] textarea',
            run: "edit Paga hoy mismo",
        },
        {
            content: "ask",
            trigger: 'button[name="action_ask_approval"]:contains("Pedir aprobación")',
            run: "click",
        },
        {
            content: "somebody else decides",
            trigger:
                '.o_form_view:has([name="approval"]:contains("solicitada")):not(:has(button[name="action_approve"]))',
        },
    ],
});

registry.category("web_tour.tours").add("debt_settlement_approve", {
    url: "/odoo",
    steps: () => [
        ...openApp,
        ...openMenu("debt_menu_portfolio", "debt_menu_settlement"),
        {
            content: "open what waits",
            trigger: '.o_data_row:contains("Taller"):contains("solicitada") .o_data_cell',
            run: "click",
        },
        {
            content: "why",
            trigger: '.o_field_widget[name="approval_note"]:contains("Paga hoy mismo"), .o_field_widget[name="approval_note"] textarea:value("Paga hoy mismo")',
        },
        {
            content: "approve",
            trigger: 'button[name="action_approve"]:contains("Aprobar")',
            run: "click",
        },
        {
            content: "it is approved",
            trigger: '.o_field_widget[name="approval"]:contains("Aprobado")',
        },
    ],
});

registry.category("web_tour.tours").add("debt_settlement_accept", {
    url: "/odoo",
    steps: () => [
        ...openApp,
        ...openMenu("debt_menu_portfolio", "debt_menu_settlement"),
        {
            content: "open what was approved",
            trigger: '.o_data_row:contains("Taller"):contains("Aprobado") .o_data_cell',
            run: "click",
        },
        {
            content: "the customer accepts",
            trigger: 'button[name="action_accept"]',
            run: "click",
        },
        {
            content: "it says what is waived",
            trigger: '.modal:contains("50,00"):contains("950,00")',
        },
        ...acceptByPhone,
    ],
});
