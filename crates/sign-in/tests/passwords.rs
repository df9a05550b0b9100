//! Passwords through the port, at their real cost.
#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

#[path = "support/entropy.rs"]
mod entropy;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use entropy::SystemEntropy;
use upivia_domain::{
    Secret,
    identity::{NewPassword, PasswordCheck},
    ports::{PasswordFault, PasswordHasher},
};
use upivia_sign_in::password::{Argon2Passwords, PasswordSettings};

fn passwords(settings: PasswordSettings) -> Argon2Passwords {
    Argon2Passwords::new(settings, Arc::new(SystemEntropy)).unwrap()
}

fn chosen(text: &str) -> NewPassword {
    NewPassword::try_from(text.to_owned()).unwrap()
}

fn tried(text: &str) -> Secret<String> {
    Secret::new(text.to_owned())
}

#[tokio::test]
async fn a_password_is_known_again() {
    let passwords = passwords(PasswordSettings::default());
    let kept = passwords.hash(&chosen("correct horse")).await.unwrap();
    assert!(kept.expose().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
    assert_eq!(passwords.verify(&tried("correct horse"), &kept).await, Ok(PasswordCheck::Right));
    assert_eq!(passwords.verify(&tried("Correct horse"), &kept).await, Ok(PasswordCheck::Wrong));
    assert_eq!(passwords.verify(&tried(&"x".repeat(100_000)), &kept).await, Ok(PasswordCheck::Wrong));
    assert_ne!(passwords.hash(&chosen("correct horse")).await.unwrap(), kept, "each hash has its own salt");
}

#[tokio::test]
async fn a_cheaper_hash_of_old_is_replaced_at_the_next_sign_in() {
    let old = passwords(PasswordSettings { memory_kib: 8 * 1_024, ..PasswordSettings::default() });
    let kept = old.hash(&chosen("correct horse")).await.unwrap();
    let new = passwords(PasswordSettings::default());
    assert_eq!(new.verify(&tried("correct horse"), &kept).await, Ok(PasswordCheck::RightButOutdated));
    assert_eq!(new.verify(&tried("correct house"), &kept).await, Ok(PasswordCheck::Wrong));
}

#[tokio::test]
async fn nobody_costs_as_much_as_somebody() {
    let passwords = passwords(PasswordSettings::default());
    let kept = passwords.hash(&chosen("correct horse")).await.unwrap();
    let (mut somebody, mut nobody) = (Duration::MAX, Duration::MAX);
    for _ in 0..5 {
        let start = Instant::now();
        passwords.verify(&tried("wrong"), &kept).await.unwrap();
        somebody = somebody.min(start.elapsed());
        let start = Instant::now();
        passwords.verify_nothing(&tried("wrong")).await.unwrap();
        nobody = nobody.min(start.elapsed());
    }
    // The shortest of several, and not too exact: the machine may be busy with other things. An answer without a hash would
    // take a thousandth.
    assert!(nobody * 4 > somebody && somebody * 4 > nobody, "{nobody:?} {somebody:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_is_turned_away_and_those_who_wait_are_served() {
    let settings = PasswordSettings { at_once: 1, waiting: 3, ..PasswordSettings::default() };
    let passwords = Arc::new(passwords(settings));
    let tries: Vec<_> = (0..40)
        .map(|_| {
            let passwords = Arc::clone(&passwords);
            tokio::spawn(async move { passwords.verify_nothing(&tried("wrong")).await })
        })
        .collect();
    let (mut served, mut busy) = (0, 0);
    for attempt in tries {
        match attempt.await.unwrap() {
            Ok(()) => served += 1,
            Err(fault) => {
                assert_eq!(fault, PasswordFault::Busy);
                busy += 1;
            }
        }
    }
    assert!(served >= 4 && busy >= 1, "{served} served, {busy} turned away");
    assert_eq!(passwords.verify_nothing(&tried("wrong")).await, Ok(()));
}
