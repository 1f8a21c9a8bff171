{
    "name": "Debt Collection: Automatic Calls",
    "summary": "Voice reminders: a promise, a person or a wrong number at a key",
    "version": "19.0.1.0.0",
    "category": "Accounting/Accounting",
    "author": "Debt Collection for Odoo",
    "license": "LGPL-3",
    "depends": ["debt_collection"],
    "data": [
        "security/ir.model.access.csv",
        "security/debt_collection_voice_rules.xml",
        "data/debt_outcome_data.xml",
        "data/debt_voice_script_data.xml",
        "data/ir_cron_data.xml",
        "views/debt_voice_call_views.xml",
        "views/debt_voice_script_views.xml",
        "views/debt_action_views.xml",
        "views/res_config_settings_views.xml",
        # after every action it opens
        "views/debt_collection_voice_menus.xml",
    ],
    "demo": ["demo/account_chart_template_demo.xml"],
    "assets": {
        "web.assets_backend": ["debt_collection_voice/static/src/**/*"],
    },
}
