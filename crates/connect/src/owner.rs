//! Who may connect accounts: an owner who is signed in with a browser.

use tidemark_api::{Request, auth};
use tidemark_domain::AgencyId;
use tidemark_ports::Platform;
use tidemark_tenancy::{Role, credential, session};

use crate::notice::Notice;
use crate::{START, Stop};

/// An owner and the session in which they work.
pub(crate) struct Owner {
    pub(crate) agency: AgencyId,
    /// what an attempt is bound to
    pub(crate) session_hash: Vec<u8>,
}

/// The owner behind a request. An API token does not do: the way back must end in the same browser.
pub(crate) async fn signed_in(gate: &impl Platform, request: &Request) -> Result<Owner, Stop> {
    let Some(cookie) = auth::session_cookie(request.headers()) else {
        return Err(Stop::To(format!("/login?next={START}")));
    };
    let caller = session::authenticate(gate, cookie, gate.now()).await?;
    let Some(caller) = caller else {
        return Err(Stop::To(format!("/login?next={START}")));
    };
    if caller.role < Role::Owner {
        return Err(Stop::Notice(Notice::NotOwner(caller.role)));
    }
    Ok(Owner {
        agency: caller.agency,
        session_hash: credential::hash(cookie),
    })
}
