from . import test_graph_client, test_whatsapp_account, test_whatsapp_dialogue
