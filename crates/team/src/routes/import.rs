//! `POST /api/team/{members,shifts,posts}/import?dryRun=`: a CSV file, all of it or nothing.

use serde::Serialize;
use serde_json::json;
use tidemark_api::{ApiError, Response, respond};
use tidemark_domain::Zone;
use tidemark_ports::{Platform, Value as SqlValue};
use uuid::Uuid;

use super::members::{self, MemberChange};
use super::posts::{self, NewPost};
use super::reading::{self, Moment, Query};
use super::shifts::{self, LONGEST, NewShift};
use super::{Asked, planned};
use crate::check::json_of;
use crate::import::{BadLine, Column, Directory, Line, Table, optional, required, time};

const MEMBERS: [Column; 4] = [
    required("display_name"),
    optional("role"),
    optional("timezone"),
    optional("fanvue_member_id"),
];
const SHIFTS: [Column; 5] = [
    required("member"),
    optional("model"),
    required("starts_at"),
    required("ends_at"),
    optional("notes"),
];
const POSTS: [Column; 4] = [
    required("member"),
    required("model"),
    required("planned_at"),
    optional("notes"),
];

/// Who and what lines may name.
struct Names {
    members: Directory,
    models: Directory,
    zone: Zone,
}

pub(super) async fn import<P: Platform>(
    asked: &Asked<'_, P>,
    kind: &str,
) -> Result<Response, ApiError> {
    let dry_run = Query::of(asked.request, &["dryRun"])?.flag("dryRun")?;
    let file = reading::bytes(asked.request)?;
    if file.is_empty() {
        return Err(ApiError::bad_body("the body must be a CSV file"));
    }
    match kind {
        "members" => {
            let mut table = Table::read(file, &MEMBERS);
            let members = new_members(asked, &mut table).await?;
            if table.bad.is_empty() && !dry_run {
                members::insert(asked, &members).await?;
            }
            Ok(report(dry_run, members.len(), table.bad))
        }
        "shifts" => {
            let mut table = Table::read(file, &SHIFTS);
            let shifts = new_shifts(asked, &mut table).await?;
            if table.bad.is_empty() && !dry_run {
                shifts::insert(asked, &shifts).await?;
            }
            Ok(report(dry_run, shifts.len(), table.bad))
        }
        _ => {
            let mut table = Table::read(file, &POSTS);
            let posts = new_posts(asked, &mut table).await?;
            if table.bad.is_empty() && !dry_run {
                posts::insert(asked, &posts).await?;
            }
            Ok(report(dry_run, posts.len(), table.bad))
        }
    }
}

/// 200 for a dry run and for an import, 422 for a file that was not imported.
fn report(dry_run: bool, good: usize, mut bad: Vec<BadLine>) -> Response {
    bad.sort_by_key(|line| line.line);
    let is_refused = !bad.is_empty() && !dry_run;
    let status = if is_refused {
        http::StatusCode::UNPROCESSABLE_ENTITY
    } else {
        http::StatusCode::OK
    };
    let imported = if dry_run || is_refused { 0 } else { good };
    let mut body = json!({
        "dryRun": dry_run, "goodLines": good, "imported": imported, "badLines": bad,
    });
    if is_refused {
        body["error"] = json!({
            "code": "bad_lines",
            "message": "nothing was imported: mend the lines in badLines first",
        });
    }
    respond::json(status, &body)
}

/// Turns good lines into what is stored; what does not fit becomes a bad line.
fn converted<T>(table: &mut Table, convert: impl Fn(&Line) -> Result<T, BadLine>) -> Vec<(u64, T)> {
    let mut good = Vec::new();
    for line in std::mem::take(&mut table.lines) {
        match convert(&line) {
            Ok(item) => good.push((line.number, item)),
            Err(bad) => table.bad.push(bad),
        }
    }
    good
}

/// Items with their lines, as one jsonb parameter.
fn numbered<T: Serialize>(items: &[(u64, T)]) -> SqlValue {
    #[derive(Serialize)]
    struct Numbered<'a, T> {
        line: u64,
        #[serde(flatten)]
        item: &'a T,
    }
    let numbered = items
        .iter()
        .map(|(line, item)| Numbered { line: *line, item });
    json_of(&numbered.collect::<Vec<_>>())
}

fn without_lines<T>(items: Vec<(u64, T)>) -> Vec<T> {
    items.into_iter().map(|(_, item)| item).collect()
}

async fn names<P: Platform>(asked: &Asked<'_, P>) -> Result<Names, ApiError> {
    let members = members::read(asked, None).await?;
    let members = members.iter().filter_map(|member| {
        let id = member["memberId"].as_str()?.parse().ok()?;
        Some((id, member["displayName"].as_str()?.to_owned()))
    });
    let rows = asked
        .platform
        .query(
            include_str!("../sql/list_handles.sql"),
            &[asked.caller.agency.into()],
        )
        .await?;
    let mut models = Vec::new();
    for row in &rows {
        let id: Uuid = row.get(0)?;
        models.extend([(id, row.get(1)?), (id, row.get(2)?)]);
    }
    Ok(Names {
        members: Directory::new(members),
        models: Directory::new(models),
        zone: planned::zone(asked).await?,
    })
}

async fn new_members<P: Platform>(
    asked: &Asked<'_, P>,
    table: &mut Table,
) -> Result<Vec<MemberChange>, ApiError> {
    let known = members::read(asked, None).await?;
    let is_known = |field: &str, value: &str| {
        let mut known = known.iter().filter_map(|member| member[field].as_str());
        known.any(|known| known.eq_ignore_ascii_case(value))
    };
    let mut items = converted(table, |line| {
        let name = line.required("display_name");
        if is_known("displayName", name) {
            return Err(line.wrong("display_name", "there is a member of that name"));
        }
        let fanvue_member_id = line.get("fanvue_member_id").map(|text| {
            let id: Option<Uuid> = text.parse().ok();
            let id = id.filter(|id| !is_known("fanvueMemberId", &id.to_string()));
            id.ok_or_else(|| line.wrong("fanvue_member_id", "is no UUID, or linked already"))
        });
        let member = MemberChange {
            member_id: Some(Uuid::new_v4()),
            display_name: Some(name.to_owned()),
            role: line.get("role").map(str::to_owned),
            timezone: line.get("timezone").map(|zone| Some(zone.to_owned())),
            fanvue_member_id: fanvue_member_id.transpose()?.map(Some),
            active: None,
        };
        let field = |field: &str| match field {
            "displayName" => "display_name".to_owned(),
            other => other.to_owned(),
        };
        member.check().map_err(|error| {
            line.wrong(&field(error.field().unwrap_or_default()), error.message())
        })?;
        Ok(member)
    });
    refuse_repeated(table, &mut items, "display_name", |member| {
        member.display_name.as_ref().map(|name| name.to_lowercase())
    });
    refuse_repeated(table, &mut items, "fanvue_member_id", |member| {
        member.fanvue_member_id.flatten()
    });
    Ok(without_lines(items))
}

async fn new_shifts<P: Platform>(
    asked: &Asked<'_, P>,
    table: &mut Table,
) -> Result<Vec<NewShift>, ApiError> {
    let names = names(asked).await?;
    let mut items = converted(table, |line| {
        let model = line.get("model").map(|model| names.models.find(model));
        let at = |field| {
            time(line.required(field), &names.zone)
                .map(Moment)
                .map_err(|reason| line.wrong(field, reason))
        };
        let shift = NewShift {
            shift_id: Uuid::new_v4(),
            member_id: names
                .members
                .find(line.required("member"))
                .map_err(|reason| line.wrong("member", reason))?,
            model_id: model
                .transpose()
                .map_err(|reason| line.wrong("model", reason))?,
            starts_at: at("starts_at")?,
            ends_at: at("ends_at")?,
            notes: line.get("notes").unwrap_or_default().to_owned(),
        };
        let (starts_at, ends_at) = (shift.starts_at.0, shift.ends_at.0);
        if ends_at <= starts_at || ends_at.since(starts_at) > LONGEST {
            return Err(line.wrong("ends_at", "must be after starts_at, by at most 24 hours"));
        }
        Ok(shift)
    });
    refuse_overlaps(table, &mut items);
    let parameters = [asked.caller.agency.into(), numbered(&items)];
    let rows = asked
        .platform
        .query(include_str!("../sql/overlaps.sql"), &parameters)
        .await?;
    for row in &rows {
        let (line, others): (i64, String) = (row.get(0)?, row.get(1)?);
        let reason = format!("the member has shifts at that time: {others}");
        refuse(table, &mut items, line, &reason);
    }
    Ok(without_lines(items))
}

async fn new_posts<P: Platform>(
    asked: &Asked<'_, P>,
    table: &mut Table,
) -> Result<Vec<NewPost>, ApiError> {
    let names = names(asked).await?;
    let mut items = converted(table, |line| {
        Ok(NewPost {
            post_plan_id: Uuid::new_v4(),
            member_id: names
                .members
                .find(line.required("member"))
                .map_err(|reason| line.wrong("member", reason))?,
            model_id: names
                .models
                .find(line.required("model"))
                .map_err(|reason| line.wrong("model", reason))?,
            planned_at: time(line.required("planned_at"), &names.zone)
                .map(Moment)
                .map_err(|reason| line.wrong("planned_at", reason))?,
            notes: line.get("notes").unwrap_or_default().to_owned(),
        })
    });
    refuse_repeated(table, &mut items, "planned_at", |post| {
        Some((post.member_id, post.model_id, post.planned_at.0))
    });
    let parameters = [asked.caller.agency.into(), numbered(&items)];
    let rows = asked
        .platform
        .query(include_str!("../sql/same_posts.sql"), &parameters)
        .await?;
    for row in &rows {
        refuse(
            table,
            &mut items,
            row.get(0)?,
            "that post is planned already",
        );
    }
    Ok(without_lines(items))
}

fn refuse<T>(table: &mut Table, items: &mut Vec<(u64, T)>, line: i64, reason: &str) {
    let line = u64::try_from(line).unwrap_or_default();
    items.retain(|(number, _)| *number != line);
    table.bad.push(BadLine {
        line,
        field: String::new(),
        reason: reason.to_owned(),
    });
}

/// Of lines with the same key only the first one stays.
fn refuse_repeated<T, K: Ord>(
    table: &mut Table,
    items: &mut Vec<(u64, T)>,
    field: &str,
    key: impl Fn(&T) -> Option<K>,
) {
    let mut seen = std::collections::BTreeMap::new();
    items.retain(|(line, item)| {
        let Some(key) = key(item) else { return true };
        let first = *seen.entry(key).or_insert(*line);
        if first != *line {
            table.bad.push(BadLine {
                line: *line,
                field: field.to_owned(),
                reason: format!("is that of line {first}"),
            });
        }
        first == *line
    });
}

/// Of two shifts of a member at the same time only the earlier one stays.
fn refuse_overlaps(table: &mut Table, items: &mut Vec<(u64, NewShift)>) {
    items.sort_by_key(|(line, shift)| (shift.member_id, shift.starts_at.0, *line));
    let mut last: Option<(Uuid, tidemark_domain::Instant, u64)> = None;
    items.retain(|(line, shift)| {
        if let Some((member, ends_at, before)) = last
            && member == shift.member_id
            && shift.starts_at.0 < ends_at
        {
            table.bad.push(BadLine {
                line: *line,
                field: "starts_at".to_owned(),
                reason: format!("the member is on the shift of line {before} then"),
            });
            return false;
        }
        last = Some((shift.member_id, shift.ends_at.0, *line));
        true
    });
}
