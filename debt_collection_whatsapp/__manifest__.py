{
    "name": "Debt Collection: WhatsApp",
    "summary": "Reminders, reports and a self-service conversation on WhatsApp",
    "version": "19.0.1.0.0",
    "category": "Accounting/Accounting",
    "author": "Debt Collection for Odoo",
    "license": "LGPL-3",
    "depends": ["debt_collection"],
    "external_dependencies": {"python": ["phonenumbers", "requests"]},
    "data": [
        "security/ir.model.access.csv",
        "security/debt_whatsapp_rules.xml",
        "data/ir_cron_data.xml",
        "data/debt_whatsapp_text_data.xml",
        "wizards/debt_message_wizard_views.xml",
        "wizards/debt_text_preview_wizard_views.xml",
        "wizards/debt_whatsapp_steps_wizard_views.xml",
        "wizards/debt_whatsapp_submit_wizard_views.xml",
        "views/debt_whatsapp_text_views.xml",
        "views/debt_whatsapp_template_views.xml",
        "views/debt_whatsapp_step_views.xml",
        # after every action it opens
        "views/debt_whatsapp_template_menus.xml",
    ],
    "demo": ["demo/account_chart_template_demo.xml"],
    "assets": {
        "web.assets_backend": ["debt_collection_whatsapp/static/src/**/*"],
    },
}
