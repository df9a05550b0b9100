DROP TABLE promo_redemptions;
DROP TABLE promo_codes;
DROP TABLE standings;
DROP TABLE stops;
