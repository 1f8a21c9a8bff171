-- a copied database charges no cards
UPDATE res_company SET debt_autopay = FALSE;
