-- a copied database sends nothing: no strategy is on, nothing planned may leave
UPDATE debt_strategy SET enabled = FALSE;
UPDATE debt_action SET state = 'skipped', reason = 'strategy_off'
 WHERE state IN ('planned', 'approve', 'waiting');
UPDATE mail_mail SET state = 'cancel' WHERE debt_action_id IS NOT NULL AND state = 'outgoing';
UPDATE sms_sms SET state = 'canceled' WHERE debt_action_id IS NOT NULL AND state = 'outgoing';
