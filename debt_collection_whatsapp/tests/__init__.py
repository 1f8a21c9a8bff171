from . import (
    test_graph_client,
    test_whatsapp_account,
    test_whatsapp_failures,
    test_whatsapp_files,
    test_whatsapp_inbox,
    test_whatsapp_people,
    test_whatsapp_rate,
    test_whatsapp_reports,
    test_whatsapp_sending,
    test_whatsapp_setup,
    test_whatsapp_template,
    test_whatsapp_webhook,
)
