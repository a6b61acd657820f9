//! An account as it is now: all buckets and security groups of one Region or more.

use std::panic::resume_unwind;
use std::thread::{self, ScopedJoinHandle};

use aws_config::SdkConfig;
use buckets::{ReadOnly, Remembering, S3Acl, S3Policy};
use ec2::Ec2SecurityGroups;
use events::{AccountId, Region};
use exemptions::Exemptions;
use futures_util::join;
use preview::{Part, Preview};
use remediation::clock::{Clock, SystemClock};
use remediation::{Describe, Mode, Place, Survey};
use s3::{S3BucketAcls, S3BucketPolicies};
use security_groups::SgIngress;
use settings::Settings;
use tokio::sync::mpsc::{self, UnboundedSender};

use super::look::part;
use crate::arguments::{Place as Asks, Preview as Asked};
use crate::console::Console;
use crate::live::{SignedIn, runtime, wait};
use crate::trouble::Trouble;

/// Looks at all of it. What asks S3 has threads of its own: it makes thousands of small calls, while EC2's few pages are long
/// to read.
pub(super) fn preview(
    asked: &Asked,
    settings: &Settings,
    console: &mut Console<'_>,
) -> Result<Preview, Trouble> {
    let made_at = SystemClock.now();
    // Whoever hands out credentials is asked here again when they end: this goes on while the threads look.
    let here = runtime()?;
    let first = Asks { region: asked.regions.first().cloned(), profile: asked.profile.clone() };
    let (signed_in, account) = here.block_on(async {
        let signed_in = SignedIn::at(&first, None).await?;
        let account = signed_in.identity().await?.account;
        Ok::<_, Trouble>((signed_in, account))
    })?;
    let regions = each_once(&signed_in.region, &asked.regions);
    let (sdk, exemptions) = (&signed_in.sdk, &settings.exemptions());
    let all = Everything { account: &account, regions: &regions, exemptions };
    let (tell, mut told) = mpsc::unbounded_channel();
    let (acls, policies, groups) = thread::scope(|scope| {
        let of_acls = tell.clone();
        let acls = scope.spawn(move || {
            // What a write would say is asked, since nothing is written.
            let port = ReadOnly::of(S3BucketAcls::new(&alone(sdk)));
            let control = S3Acl::new(port, settings.s3_acl, Mode::Observe);
            wait(all.seen_by(&control, "bucket", of_acls))
        });
        let of_policies = tell.clone();
        let policies = scope.spawn(move || {
            let port = Remembering::of(S3BucketPolicies::new(&alone(sdk)));
            let control = S3Policy::new(port, settings.s3_policy.clone());
            wait(all.seen_by(&control, "bucket", of_policies))
        });
        let port = security_groups::ReadOnly::of(Ec2SecurityGroups::new(sdk));
        let control = SgIngress::new(port, settings.sg.clone());
        let listen = async {
            while let Some(note) = told.recv().await {
                console.note(&note);
            }
        };
        let (groups, ()) =
            here.block_on(async { join!(all.seen_by(&control, "security group", tell), listen) });
        (joined(acls), joined(policies), groups)
    });
    let mut parts = Vec::new();
    for ((acls, policies), groups) in acls?.into_iter().zip(policies?).zip(groups?) {
        parts.extend([acls, policies, groups]);
    }
    Ok(Preview { made_at, of: super::of(&account), parts })
}

/// The Regions in the order in which they are said.
fn each_once(first: &Region, said: &[Region]) -> Vec<Region> {
    let mut regions = vec![first.clone()];
    for region in said {
        if !regions.contains(region) {
            regions.push(region.clone());
        }
    }
    regions
}

/// With connections that nobody else uses: they end with the thread that opened them.
fn alone(sdk: &SdkConfig) -> SdkConfig {
    sdk.to_builder().http_client(https::client()).build()
}

/// What is looked at, whatever the control.
#[derive(Debug, Clone, Copy)]
struct Everything<'a> {
    account: &'a AccountId,
    regions: &'a [Region],
    exemptions: &'a Exemptions,
}

impl Everything<'_> {
    /// What a control sees, a part for each Region.
    async fn seen_by<J: Survey + Describe>(
        &self,
        judge: &J,
        noun: &'static str,
        tell: UnboundedSender<String>,
    ) -> Result<Vec<Part>, Trouble> {
        // Who does not listen any more has ended.
        let mut tell = |note| tell.send(note).unwrap_or_default();
        let mut parts = Vec::new();
        for region in self.regions {
            let place = Place { account: self.account, region };
            parts.push(part(judge, noun, &place, self.exemptions, &mut tell).await);
        }
        Ok(parts)
    }
}

fn joined<T>(thread: ScopedJoinHandle<'_, T>) -> T {
    thread.join().unwrap_or_else(|panic| resume_unwind(panic))
}
