//! Blob calls by signed URL: Put Blob, Put Block, Put Block List, Get Block List, Get, Head, Delete.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::ports::blobs::{BlobContainer, BlobFacts, Blobs as _};
use http::{HeaderValue, Method, Response, StatusCode, header};
use hyper::body::Incoming;

use super::blob_reply::{etag_and_date, get_blob};
use super::call::Call;
use super::face::Face;
use super::receive;
use super::refusal::Refusal;
use super::reply::{Reply, empty, xml_reply};
use super::xml::{Piece, escape, pieces};
use crate::Embedded;
use crate::blob_created::MadeBy;
use crate::blob_rows::BlobName;
use crate::blob_write::{BlobWrite, WriteCondition};
use crate::block_lists::{Among, Blocks};
use crate::signed_urls::{NotSigned, Permission, Signed};

/// Most bytes of one body. Azure takes 5,000 MiB; here a page that sends more has gone wrong.
const MOST_BYTES: u64 = 200 << 20;
/// Most blocks of a blob. Azure takes 50,000; a photo in the page's blocks is a hundred, and each is
/// a file here.
const MOST_BLOCKS: usize = 1_000;
/// Most bytes of a block's id before base64 ("Put Block").
const LONGEST_BLOCK_ID: usize = 64;
/// A block list of that many ids.
const MOST_LIST_BYTES: usize = 256 << 10;

/// Headers that change what a write does and that are not kept here.
const NOT_OBEYED: [&str; 11] = [
    "content-md5",
    "x-ms-content-crc64",
    "x-ms-copy-source",
    "x-ms-encryption-",
    "x-ms-immutability-policy-",
    "x-ms-lease-id",
    "x-ms-legal-hold",
    "x-ms-meta-",
    "x-ms-tags",
    "if-modified-since",
    "if-unmodified-since",
];

/// What the signature of `call` permits with the blob at `place`.
pub(crate) fn verify(store: &Embedded, call: &Call, place: &BlobName) -> Result<Signed, Refusal> {
    store.signer().verify(place, &call.query, store.now()).map_err(|not| match not {
        NotSigned::Absent => Refusal::AuthorizationFailure,
        NotSigned::Invalid => Refusal::AuthenticationFailed,
    })
}

/// Carries out `call` on the blob at `place`, if its signature permits that.
pub(crate) async fn answer(
    face: &Face,
    call: &Call,
    place: &BlobName,
    signed: &Signed,
    body: &mut Incoming,
) -> Result<Response<Reply>, Refusal> {
    let store = &face.store;
    let comp = call.parameter("comp");
    match (&call.method, comp) {
        (&Method::PUT, None) => put_blob(face, call, place, signed, body).await,
        (&Method::PUT, Some("block")) => put_block(face, call, place, signed, body).await,
        (&Method::PUT, Some("blocklist")) => put_block_list(store, call, place, signed, body).await,
        (&Method::GET, Some("blocklist")) => get_block_list(store, call, place, signed).await,
        (&Method::GET | &Method::HEAD, None) => {
            permit_read(place, signed)?;
            get_blob(store, call, place, signed).await
        }
        (&Method::DELETE, None) => delete_blob(store, call, place, signed).await,
        (&Method::PUT | &Method::GET | &Method::HEAD | &Method::DELETE, Some(_)) => {
            Err(Refusal::InvalidParameter("comp"))
        }
        _ => Err(Refusal::UnsupportedVerb),
    }
}

fn permit(signed: &Signed, permission: Permission) -> Result<(), Refusal> {
    if signed.permits(permission) { Ok(()) } else { Err(Refusal::PermissionMismatch) }
}

/// `incoming` is never served, whatever a signature says.
fn permit_read(place: &BlobName, signed: &Signed) -> Result<(), Refusal> {
    match place.container {
        BlobContainer::Incoming => Err(Refusal::PermissionMismatch),
        BlobContainer::Records => permit(signed, Permission::Read),
    }
}

fn body_length(call: &Call) -> Result<u64, Refusal> {
    let length = call.length()?;
    if length > MOST_BYTES { Err(Refusal::BodyTooLarge) } else { Ok(length) }
}

fn blob_write(
    call: &Call,
    place: &BlobName,
    signed: &Signed,
    api: &'static str,
    content_type: Option<&str>,
) -> Result<BlobWrite, Refusal> {
    let client_request_id = call.header("x-ms-client-request-id")?.map(str::to_owned);
    Ok(BlobWrite {
        place: place.clone(),
        content_type: content_type.unwrap_or("application/octet-stream").to_owned(),
        condition: WriteCondition {
            if_match: call.version("if-match")?,
            if_none_match: call.version("if-none-match")?,
            create_only: !signed.permits(Permission::Write),
        },
        by: MadeBy { api, request_id: call.request_id.clone(), client_request_id },
        to_address: place.container == BlobContainer::Incoming,
    })
}

async fn put_blob(
    face: &Face,
    call: &Call,
    place: &BlobName,
    signed: &Signed,
    body: &mut Incoming,
) -> Result<Response<Reply>, Refusal> {
    permit(signed, Permission::Write).or_else(|_| permit(signed, Permission::Create))?;
    match call.header("x-ms-blob-type")? {
        Some("BlockBlob") => {}
        Some(_) => return Err(Refusal::InvalidHeader("x-ms-blob-type")),
        None => return Err(Refusal::MissingHeader("x-ms-blob-type")),
    }
    call.refuse_headers(&NOT_OBEYED)?;
    let length = body_length(call)?;
    let content_type = call.header("x-ms-blob-content-type")?;
    let content_type = content_type.or(call.header("content-type")?);
    let write = blob_write(call, place, signed, "PutBlob", content_type)?;
    let blobs = face.store.blobs();
    // Looked at before the body is taken, and again in the moment of the commit.
    if write.to_address {
        blobs.would_take(&place.name, length).await??;
    }
    let existing = blobs.find(place).await?.map(|row| row.facts.etag);
    write.condition.check(existing.as_ref())?;
    face.has_room_for(length).await?;
    let file = receive::to_file(body, length, blobs.begin().await?).await?;
    let facts = blobs.commit(write, blobs.finish(file).await?).await??;
    created(&facts)
}

fn created(facts: &BlobFacts) -> Result<Response<Reply>, Refusal> {
    let mut reply = empty(StatusCode::CREATED);
    etag_and_date(facts, reply.headers_mut())?;
    Ok(reply)
}

async fn put_block(
    face: &Face,
    call: &Call,
    place: &BlobName,
    signed: &Signed,
    body: &mut Incoming,
) -> Result<Response<Reply>, Refusal> {
    permit(signed, Permission::Write)?;
    call.refuse_headers(&NOT_OBEYED)?;
    let block = call.parameter("blockid").ok_or(Refusal::MissingParameter("blockid"))?;
    let id = STANDARD.decode(block).map_err(|_| Refusal::InvalidParameter("blockid"))?;
    if id.is_empty() || id.len() > LONGEST_BLOCK_ID {
        return Err(Refusal::InvalidParameter("blockid"));
    }
    let length = body_length(call)?;
    if place.container != BlobContainer::Incoming {
        // Only uploads come in blocks.
        return Err(Refusal::PermissionMismatch);
    }
    let blobs = face.store.blobs();
    blobs.would_take_block(&place.name, block, length).await??;
    let Blocks { committed, staged, .. } = blobs.blocks(place).await?;
    let mut others =
        committed.iter().map(|one| &one.block).chain(staged.iter().map(|one| &one.block));
    if !others.all(|other| other.len() == block.len()) {
        return Err(Refusal::InvalidBlock);
    }
    if staged.len() >= MOST_BLOCKS {
        return Err(Refusal::TooManyBlocks);
    }
    face.has_room_for(length).await?;
    let file = receive::to_file(body, length, blobs.begin().await?).await?;
    blobs.stage(place, block.to_owned(), blobs.finish(file).await?).await??;
    Ok(empty(StatusCode::CREATED))
}

async fn put_block_list(
    store: &Embedded,
    call: &Call,
    place: &BlobName,
    signed: &Signed,
    body: &mut Incoming,
) -> Result<Response<Reply>, Refusal> {
    permit(signed, Permission::Write)?;
    call.refuse_headers(&NOT_OBEYED)?;
    let content_type = call.header("x-ms-blob-content-type")?;
    let write = blob_write(call, place, signed, "PutBlockList", content_type)?;
    if write.to_address {
        store.blobs().would_take(&place.name, 0).await??;
    }
    let list = receive::to_text(body, MOST_LIST_BYTES).await?;
    let list = block_list(&list).ok_or(Refusal::InvalidXml)?;
    if list.len() > MOST_BLOCKS {
        return Err(Refusal::TooManyBlocks);
    }
    created(&store.blobs().commit_blocks(write, &list).await??)
}

/// `<BlockList><Latest>id</Latest>…</BlockList>`
fn block_list(document: &str) -> Option<Vec<(Among, String)>> {
    let mut pieces = pieces(document)?.into_iter();
    let mut list = Vec::new();
    if pieces.next()? != Piece::Open("BlockList") {
        return None;
    }
    loop {
        let among = match pieces.next()? {
            Piece::Close(_) => return Some(list),
            Piece::Open("Latest") => Among::Latest,
            Piece::Open("Uncommitted") => Among::Uncommitted,
            Piece::Open("Committed") => Among::Committed,
            _ => return None,
        };
        let (Piece::Text(id), Piece::Close(_)) = (pieces.next()?, pieces.next()?) else {
            return None;
        };
        list.push((among, id.trim().to_owned()));
    }
}

async fn get_block_list(
    store: &Embedded,
    call: &Call,
    place: &BlobName,
    signed: &Signed,
) -> Result<Response<Reply>, Refusal> {
    permit_read(place, signed)?;
    let (committed, staged) = match call.parameter("blocklisttype").unwrap_or("committed") {
        "committed" => (true, false),
        "uncommitted" => (false, true),
        "all" => (true, true),
        _ => return Err(Refusal::InvalidParameter("blocklisttype")),
    };
    let blocks = store.blobs().blocks(place).await?;
    if blocks.blob.is_none() && blocks.staged.is_empty() {
        return Err(Refusal::BlobNotFound);
    }
    let element = |(id, bytes): (&str, u64)| {
        format!("<Block><Name>{}</Name><Size>{bytes}</Size></Block>", escape(id))
    };
    let mut document = "<BlockList>".to_owned();
    if committed {
        let list = blocks.committed.iter().map(|one| element((&one.block, one.bytes)));
        document.push_str(&wrapped("CommittedBlocks", list));
    }
    if staged {
        let list = blocks.staged.iter().map(|one| element((&one.block, one.bytes)));
        document.push_str(&wrapped("UncommittedBlocks", list));
    }
    document.push_str("</BlockList>");
    let mut reply = xml_reply(StatusCode::OK, &document);
    if let Some(row) = &blocks.blob {
        etag_and_date(&row.facts, reply.headers_mut())?;
        reply.headers_mut().insert("x-ms-blob-content-length", row.facts.bytes.into());
    }
    Ok(reply)
}

fn wrapped(name: &str, elements: impl Iterator<Item = String>) -> String {
    format!("<{name}>{}</{name}>", elements.collect::<String>())
}

async fn delete_blob(
    store: &Embedded,
    call: &Call,
    place: &BlobName,
    signed: &Signed,
) -> Result<Response<Reply>, Refusal> {
    permit(signed, Permission::Delete)?;
    call.refuse_headers(&["x-ms-lease-id", "if-"])?;
    if store.blobs().find(place).await?.is_none() {
        return Err(Refusal::BlobNotFound);
    }
    store.erase(place.container, &place.name).await?;
    let mut reply = empty(StatusCode::ACCEPTED);
    let permanent = HeaderValue::from_static("true");
    reply.headers_mut().insert("x-ms-delete-type-permanent", permanent);
    reply.headers_mut().insert(header::CONTENT_LENGTH, 0.into());
    Ok(reply)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_list_says_where_to_look_for_each_block() {
        let document = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<BlockList>\n\
            <Latest>YQ==</Latest><Uncommitted>Yg==</Uncommitted><Committed>Yw==</Committed>\
            </BlockList>";
        let expected = [(Among::Latest, "YQ=="), (Among::Uncommitted, "Yg==")]
            .into_iter()
            .chain([(Among::Committed, "Yw==")])
            .map(|(among, id)| (among, id.to_owned()))
            .collect::<Vec<_>>();
        assert_eq!(block_list(document), Some(expected));
        assert_eq!(block_list("<BlockList/>"), Some(vec![]));
    }

    #[test]
    fn anything_else_is_no_block_list() {
        for document in [
            "<List/>",
            "<BlockList><Newest>YQ==</Newest></BlockList>",
            "<BlockList>x</BlockList>",
            "<BlockList><Latest/></BlockList>",
            "<BlockList><Latest><Latest/></Latest></BlockList>",
        ] {
            assert_eq!(block_list(document), None, "{document}");
        }
    }
}
