-- a copied database writes to nobody: no token, no secret, no number that is ready
UPDATE debt_whatsapp_account
   SET token = NULL,
       state = CASE WHEN state IN ('testing', 'ready', 'suspended') THEN 'draft' ELSE state END;
UPDATE debt_whatsapp_app
   SET app_secret = NULL,
       app_secret_old = NULL,
       verify_token = md5(random()::text),
       url_key = md5(random()::text || id);
UPDATE debt_whatsapp_message SET state = 'cancelled' WHERE state IN ('draft', 'queued');
-- and answers nobody who wrote before
UPDATE debt_whatsapp_event SET state = 'ignored' WHERE state = 'new';
UPDATE debt_whatsapp_message SET turn_date = moment
 WHERE direction = 'in' AND turn_date IS NULL;
