-- a copied database calls nobody: no account, nothing in the queue
UPDATE res_company SET debt_voice_account = NULL, debt_voice_secret = NULL;
UPDATE debt_voice_call SET state = 'cancelled' WHERE state = 'queued';
