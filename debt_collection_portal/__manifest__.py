{
    "name": "Debt Collection: Customer's Page",
    "summary": "Customers see what they owe, pay, promise, agree and ask, with or "
    "without a login",
    "version": "19.0.1.0.0",
    "category": "Accounting/Accounting",
    "author": "Debt Collection for Odoo",
    "license": "LGPL-3",
    "depends": ["debt_collection", "account_payment"],
    "data": [
        "security/ir.model.access.csv",
        "report/debt_plan_agreement.xml",
        "views/debt_portal_layout_templates.xml",
        "views/debt_portal_account_templates.xml",
        "views/debt_portal_agreements_templates.xml",
        "views/debt_portal_pay_templates.xml",
        "views/debt_case_views.xml",
        "views/debt_plan_views.xml",
        "views/res_config_settings_views.xml",
    ],
    "demo": [
        "demo/res_users_demo.xml",
        "demo/account_chart_template_demo.xml",
    ],
    "assets": {
        "web.assets_frontend": ["debt_collection_portal/static/src/**/*"],
        "web.assets_tests": ["debt_collection_portal/static/tests/tours/**/*"],
    },
}
