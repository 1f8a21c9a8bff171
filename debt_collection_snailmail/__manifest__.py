{
    "name": "Debt Collection: Letters by Post",
    "summary": "Let Odoo's service print and post the letters of a print run",
    "version": "19.0.1.0.0",
    "category": "Accounting/Accounting",
    "author": "Debt Collection for Odoo",
    "license": "LGPL-3",
    "depends": ["debt_collection", "snailmail"],
    "auto_install": True,
    "data": ["views/debt_letter_views.xml"],
}
