//! Promotional codes: unique words, one redemption per organization, and the last one goes once.

use upivia_domain::{
    Mode, NanoUsd, OrgId, PromoCodeId,
    budget::AccountOwner,
    ledger::Command,
    ports::{Clock, StoreError, transact},
    promo::{PromoCode, PromoRedemption},
};

use crate::{
    Ports, World,
    seed::event,
    tenant::{OPENING, Tenant},
};

const AMOUNT: NanoUsd = NanoUsd::from_nanos(1_234_567_891);

fn code(tenant: &Tenant, text: &str) -> PromoCode {
    let world = &tenant.world;
    PromoCode {
        id: PromoCodeId::new(world.mint.uuid()),
        text: text.parse().unwrap(),
        amount: AMOUNT,
        most_redemptions: Some(u32::MAX),
        most_total: Some(NanoUsd::MAX),
        expires_at: Some(world.clock.now().plus_seconds(60)),
        note: "Größe, \"quoted\"\n株".to_owned(),
        active: true,
        redemptions: 0,
        redeemed: NanoUsd::ZERO,
        created_at: world.clock.now(),
        created_by: tenant.owner,
    }
}

async fn make(tenant: &Tenant, promo: &PromoCode) -> Result<(), StoreError> {
    let promo = promo.clone();
    tenant.attempt(move |tx| Box::pin(async move { tx.promos().insert(&promo).await })).await
}

/// Codes survive whole, are found by their word, change what may change, and are listed the newest first, page by page.
pub async fn promo_codes_survive_whole(world: World) {
    let tenant = world.tenant().await;
    let first = code(&tenant, "first");
    world.clock.advance_seconds(1);
    let second =
        PromoCode { most_redemptions: None, most_total: None, expires_at: None, ..code(&tenant, "SECOND_2026-x") };
    for promo in [&first, &second] {
        make(&tenant, promo).await.unwrap();
    }
    let ports = world.second().await;
    assert_eq!(ports.promos.promo_codes(None, 10).await.unwrap(), [second.clone(), first.clone()]);
    assert_eq!(ports.promos.promo_codes(None, 1).await.unwrap(), std::slice::from_ref(&second));
    assert_eq!(ports.promos.promo_codes(Some(second.id), 10).await.unwrap(), std::slice::from_ref(&first));

    let changed = PromoCode { active: false, redemptions: 3, redeemed: AMOUNT, ..first.clone() };
    let (row, unknown) = (changed.clone(), code(&tenant, "unknown"));
    tenant
        .attempt(move |tx| {
            Box::pin(async move {
                assert_eq!(tx.promos().find(&row.text).await?, Some(first));
                tx.promos().update(&row).await?;
                assert_eq!(tx.promos().find(&row.text).await?, Some(row));
                assert_eq!(tx.promos().find(&unknown.text).await?, None);
                Ok(())
            })
        })
        .await
        .unwrap();
    assert_eq!(ports.promos.promo_codes(None, 10).await.unwrap(), [second, changed]);
}

/// A word is used once, a code is redeemed once by an organization, and no row exceeds a cap: the store itself refuses.
pub async fn a_word_and_a_redemption_are_unique(world: World) {
    let (tenant, other) = (world.tenant().await, world.tenant().await);
    let promo = PromoCode { most_redemptions: Some(1), ..code(&tenant, "once") };
    make(&tenant, &promo).await.unwrap();
    assert_constraint(&make(&tenant, &code(&tenant, "ONCE")).await);
    let redeemed_at = world.clock.now();
    let redemption = |of: &Tenant| {
        let (promo, org, user, amount) = (promo.id, of.org, of.owner, AMOUNT);
        PromoRedemption { promo, org, user, amount, redeemed_at }
    };
    for of in [&tenant, &other] {
        let row = redemption(of);
        let written = of.attempt(move |tx| {
            Box::pin(async move {
                assert_eq!(tx.promos().redemption(row.promo, row.org).await?, None);
                tx.promos().insert_redemption(&row).await?;
                assert_eq!(tx.promos().redemption(row.promo, row.org).await?, Some(row));
                Ok(())
            })
        });
        written.await.unwrap();
    }
    let again = redemption(&tenant);
    assert_constraint(
        &tenant.attempt(move |tx| Box::pin(async move { tx.promos().insert_redemption(&again).await })).await,
    );
    let too_many = PromoCode { redemptions: 2, ..promo.clone() };
    assert_constraint(&tenant.attempt(move |tx| Box::pin(async move { tx.promos().update(&too_many).await })).await);
    let nobody = code(&tenant, "nobody");
    assert_constraint(&tenant.attempt(move |tx| Box::pin(async move { tx.promos().update(&nobody).await })).await);
}

/// Organizations redeem on two nodes at once: as many get the money as may, and each wallet is explained.
pub async fn the_last_redemption_is_given_once(world: World) {
    let second = world.second().await;
    for round in 0..6 {
        let (one, other) = (world.tenant().await, world.tenant().await);
        // In every other round the sum is the cap that is met, not the number.
        let (most_redemptions, most_total) = if round % 2 == 0 { (Some(1), None) } else { (None, Some(AMOUNT)) };
        let promo = PromoCode { most_redemptions, most_total, ..code(&one, &format!("LAST-{round}")) };
        make(&one, &promo).await.unwrap();
        let (first, last) = tokio::join!(redeem(&world.ports, &one, &promo), redeem(&second, &other, &promo));
        assert!(first != last, "both or neither got it: {first}");
        for (tenant, got) in [(&one, first), (&other, last)] {
            let expected = OPENING.nanos() + if got { AMOUNT.nanos() } else { 0 };
            assert_eq!(tenant.account(&second, AccountOwner::Wallet).await, (expected, 0));
            assert!(!redeem(&second, tenant, &promo).await, "nothing is left");
        }
        let stored = second.promos.promo_codes(None, 1).await.unwrap();
        assert_eq!((stored[0].redemptions, stored[0].redeemed), (1, AMOUNT));
    }
    world.audited().await;
}

/// Whether there was one left. Under load a lock may be long in coming; then nothing was written.
async fn redeem(ports: &Ports, tenant: &Tenant, promo: &PromoCode) -> bool {
    let (org, user) = (tenant.org, tenant.owner);
    let command = Command::Transfer(tenant.funding(Mode::Live, AccountOwner::Wallet, promo.amount));
    loop {
        let (command, text) = (command.clone(), promo.text.clone());
        let given: Result<bool, StoreError> = transact(&*ports.unit, &[OrgId::PLATFORM, org], move |tx| {
            Box::pin(async move {
                let mut promo = tx.promos().find(&text).await?.expect("the code exists");
                let redeemed_at = tx.now();
                let Ok(amount) = promo.redeem(redeemed_at) else { return Ok(false) };
                tx.promos().update(&promo).await?;
                let redemption = PromoRedemption { promo: promo.id, org, user, amount, redeemed_at };
                tx.promos().insert_redemption(&redemption).await?;
                tx.append(org, event("promo.redeemed", promo.id)).await?;
                tx.append(OrgId::PLATFORM, event("promo.redeemed", promo.id)).await?;
                tx.apply(&command).await?.expect("money comes in");
                Ok(true)
            })
        })
        .await;
        match given {
            Ok(given) => return given,
            Err(StoreError::LockTimeout | StoreError::Unavailable(_)) => {}
            Err(error) => panic!("{error:?}"),
        }
    }
}

fn assert_constraint(result: &Result<(), StoreError>) {
    assert!(matches!(result, Err(StoreError::Constraint(_))), "{result:?}");
}
