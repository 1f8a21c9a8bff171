from . import (
    test_graph_client,
    test_whatsapp_account,
    test_whatsapp_failures,
    test_whatsapp_rate,
    test_whatsapp_reports,
    test_whatsapp_sending,
    test_whatsapp_setup,
)
