from . import (
    test_graph_client,
    test_whatsapp_account,
    test_whatsapp_rate,
    test_whatsapp_setup,
    test_whatsapp_template,
)
