//! `kill -9` under load, at every step of a request's life: nothing is lost, paid twice or left unexplained.
//!
//! The figures pile up over the kills of a test: the wallet after the last one must explain all requests since the first.

use std::os::unix::process::ExitStatusExt;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use upivia_e2e::money::CENT;
use upivia_e2e::{Answer, Book, Bootstrap, Fake, Server, Site, Store, full, judge, load, on_both_stores};

on_both_stores!(nothing_is_lost_by_kill);

const SIGKILL: i32 = 9;
const FUND_CENTS: u32 = 50_000;
const POINTS: [&str; 6] =
    ["before_admit", "after_admit", "before_send", "after_answer", "before_settle", "after_settle"];

/// Whose kill it is: a fail point at its N-th passage, or ours after a while.
enum Death {
    At(String),
    After(Duration),
}

async fn nothing_is_lost_by_kill(store: Store) -> Result<()> {
    let fake = Fake::start()?;
    fake.answer(Answer::Text, Duration::from_millis(15));
    let mut site = Site::new(store)?;
    site.set_provider(&fake.url);
    site.set("UPIVIA_ANSWER_WITHIN", "2s");
    let org = site.bootstrap(FUND_CENTS.into())?;
    let mut book = Book::default();
    for death in deaths(if full() { 2 } else { 1 }) {
        let name = death.name();
        one_life(&site, &org, &fake, &mut book, death).await.with_context(|| format!("killed {name}"))?;
    }
    Ok(())
}

/// Each point in turn, at another passage every round, and one kill from outside.
fn deaths(rounds: usize) -> Vec<Death> {
    let mut deaths = vec![Death::After(Duration::from_millis(700))];
    for round in 0..rounds {
        let passages = (7..).step_by(5).skip(round * 3);
        deaths.extend(POINTS.iter().zip(passages).map(|(point, n)| Death::At(format!("{point}=kill@{n}"))));
    }
    deaths
}

impl Death {
    fn name(&self) -> String {
        match self {
            Self::At(point) => format!("at {point}"),
            Self::After(time) => format!("from outside after {time:?}"),
        }
    }
}

/// Serve under load, die, serve again, and judge.
async fn one_life(site: &Site, org: &Bootstrap, fake: &Fake, book: &mut Book, death: Death) -> Result<()> {
    book.add(live_and_die(site, org, death).await?);
    site.verify().context("beside no server, right after the kill")?;

    let mut server = site.serve().await?;
    let (agent, owner) = (server.api(&org.agent_key_live)?, server.api(&org.pat)?);
    book.send_again(&agent).await?;
    let states = judge::wallet_is_explained(book, &agent, &owner, i64::from(FUND_CENTS) * CENT).await?;
    judge::calls_are_covered(fake.calls(), &states)?;
    judge::charges_have_calls(fake.calls(), &states)?;
    judge::promises_are_kept(book, &states)?;
    site.verify().context("beside the server that came after")?;
    server.stop().await?;
    Ok(())
}

async fn live_and_die(site: &Site, org: &Bootstrap, death: Death) -> Result<Vec<upivia_e2e::book::Entry>> {
    let point = if let Death::At(point) = &death { point } else { "" };
    let settings = [("UPIVIA_FAILPOINTS", point)];
    let mut server = site.serve_with(if point.is_empty() { &[] } else { &settings }).await?;
    let api = server.api(&org.agent_key_live)?;
    let load = tokio::spawn(async move { load::run(&api).await });
    match death {
        Death::After(time) => kill_after(&mut server, time).await?,
        Death::At(_) => killed_itself(&mut server).await?,
    }
    load.await?
}

async fn kill_after(server: &mut Server, time: Duration) -> Result<()> {
    tokio::time::sleep(time).await;
    server.kill()
}

async fn killed_itself(server: &mut Server) -> Result<()> {
    let status = server.ended(Duration::from_secs(60)).await.context("the fail point was never passed")?;
    ensure!(status.signal() == Some(SIGKILL), "the server ended with {status}, not by SIGKILL: {}", server.log());
    Ok(())
}
