from . import (
    test_graph_client,
    test_whatsapp_account,
    test_whatsapp_desk,
    test_whatsapp_desk_access,
    test_whatsapp_dialogue,
    test_whatsapp_files,
    test_whatsapp_inbox,
    test_whatsapp_people,
    test_whatsapp_webhook,
)
