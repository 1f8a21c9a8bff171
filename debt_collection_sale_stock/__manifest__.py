{
    "name": "Debt Collection: Deliveries",
    "summary": "Hold the deliveries of customers who owe",
    "version": "19.0.1.0.0",
    "category": "Accounting/Accounting",
    "author": "Debt Collection for Odoo",
    "license": "LGPL-3",
    "depends": ["debt_collection_sale", "sale_stock"],
    "auto_install": True,
    "data": [
        "security/ir.model.access.csv",
        "views/res_config_settings_views.xml",
        "views/stock_picking_views.xml",
    ],
}
