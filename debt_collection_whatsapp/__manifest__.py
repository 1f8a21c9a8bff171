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
    ],
}
