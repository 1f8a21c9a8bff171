{
    "name": "Debt Collection: SMS through Twilio",
    "summary": "Answers of customers to text messages, and what Twilio said exactly",
    "version": "19.0.1.0.0",
    "category": "Accounting/Accounting",
    "author": "Debt Collection for Odoo",
    "license": "LGPL-3",
    "depends": ["debt_collection", "sms_twilio"],
    "auto_install": True,
    "data": ["views/res_config_settings_views.xml"],
}
