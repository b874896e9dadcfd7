//! [`Report`]: a story as one HTML file that needs nothing beside it and does nothing: no scripts, nothing from
//! elsewhere. It can be sent, opened years later, and printed. Read [`report_html`].
//!
//! ```
//! use glass_gui::{Report, ReportPage, ReportPicture, report_html};
//!
//! let html = report_html(&Report {
//!     title: "How the shop broke".into(),
//!     about: vec!["shop, 2026-11-22, recorded from a lab".into()],
//!     pages: vec![ReportPage {
//!         title: "Errors rise".into(),
//!         time: "2026-11-22 03:41:00 UTC".into(),
//!         notes: "The *cart* fails **first**.".into(),
//!         picture: Some(ReportPicture::Svg("<svg xmlns=\"http://www.w3.org/2000/svg\"/>".into())),
//!         tables: Vec::new(),
//!     }],
//! });
//! assert!(html.starts_with("<!DOCTYPE html>"));
//! ```

use super::markdown::html_of;
use super::xml::{base64, escaped};
use std::fmt::Write;

/// A story as it is reported.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    /// What it is called.
    pub title: String,
    /// Of which recording or cloud it is, by whom, when: a line each.
    pub about: Vec<String>,
    /// Its pages in their order.
    pub pages: Vec<ReportPage>,
}

/// A page: a view at a moment and what is said of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReportPage {
    /// What it is called.
    pub title: String,
    /// Its moment, as it is to be read.
    pub time: String,
    /// What is said of it, in Markdown; outside text is harmless here.
    pub notes: String,
    /// What is seen.
    pub picture: Option<ReportPicture>,
    /// What stands in the picture's tables, for those who cannot see it and for those who search.
    pub tables: Vec<ReportTable>,
}

/// A picture of a page.
#[derive(Clone, Debug, PartialEq)]
pub enum ReportPicture {
    /// An SVG document, such as [`crate::svg_of_view`] makes. It is embedded as a picture: no script in it would run.
    Svg(String),
    /// A file of PNG.
    Png(Vec<u8>),
}

/// Rows and columns of texts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReportTable {
    /// What it is called.
    pub title: String,
    /// The titles of its columns.
    pub columns: Vec<String>,
    /// Its rows.
    pub rows: Vec<Vec<String>>,
}

/// What a browser may do with a report: show its pictures and its style.
const POLICY: &str = "default-src 'none'; img-src data:; style-src 'unsafe-inline'";

/// A report as one HTML document.
pub fn report_html(report: &Report) -> String {
    let Report { title, about, pages } = report;
    let mut html = String::new();
    let title = escaped(title);
    let _ = write!(
        html,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>{title}</title>\n<style>\n{}</style>\n</head>\n<body>\n<header>\n<h1>{title}</h1>\n",
        style()
    );
    for line in about {
        let _ = writeln!(html, "<p class=\"about\">{}</p>", escaped(line));
    }
    html.push_str("</header>\n");
    if pages.len() > 1 {
        contents(&mut html, pages);
    }
    html.push_str("<main>\n");
    for (nth, page) in pages.iter().enumerate() {
        push_page(&mut html, nth + 1, page);
    }
    html.push_str("</main>\n</body>\n</html>\n");
    html
}

fn contents(html: &mut String, pages: &[ReportPage]) {
    html.push_str("<nav>\n<ol>\n");
    for (nth, page) in pages.iter().enumerate() {
        let (title, time) = (escaped(&page.title), escaped(&page.time));
        let _ = writeln!(
            html,
            "<li><a href=\"#page-{}\">{title}</a> <time>{time}</time></li>",
            nth + 1
        );
    }
    html.push_str("</ol>\n</nav>\n");
}

fn push_page(html: &mut String, number: usize, page: &ReportPage) {
    let ReportPage {
        title,
        time,
        notes,
        picture,
        tables,
    } = page;
    let title = escaped(title);
    let _ = writeln!(
        html,
        "<section id=\"page-{number}\">\n<h2>{number}. {title}</h2>\n<p class=\"about\"><time>{}</time></p>",
        escaped(time)
    );
    if let Some(picture) = picture {
        let (kind, bytes) = match picture {
            ReportPicture::Svg(svg) => ("svg+xml", svg.as_bytes()),
            ReportPicture::Png(png) => ("png", png.as_slice()),
        };
        let _ = writeln!(
            html,
            "<figure><img alt=\"{title}\" src=\"data:image/{kind};base64,{}\"></figure>",
            base64(bytes)
        );
    }
    if !notes.trim().is_empty() {
        let _ = writeln!(html, "<div class=\"notes\">\n{}</div>", html_of(notes));
    }
    for table in tables {
        push_table(html, table);
    }
    html.push_str("</section>\n");
}

/// A table that is folded away until it is asked for, as the picture shows it already.
fn push_table(html: &mut String, table: &ReportTable) {
    let ReportTable { title, columns, rows } = table;
    let _ = writeln!(html, "<details>\n<summary>{}</summary>\n<table>", escaped(title));
    push_row(html, "th", columns);
    for row in rows {
        push_row(html, "td", row);
    }
    html.push_str("</table>\n</details>\n");
}

fn push_row(html: &mut String, cell: &str, texts: &[String]) {
    html.push_str("<tr>");
    for text in texts {
        let _ = write!(html, "<{cell}>{}</{cell}>", escaped(text));
    }
    html.push_str("</tr>\n");
}

/// The report's own style, in the window's colours.
fn style() -> String {
    let (light, dark) = (
        crate::theme::page_colors(egui::Theme::Light),
        crate::theme::page_colors(egui::Theme::Dark),
    );
    format!(":root {{ {light} }}\n@media (prefers-color-scheme: dark) {{ :root {{ {dark} }} }}\n{RULES}")
}

const RULES: &str = "\
body { max-width: 72rem; margin: 0 auto; padding: 2rem 1.5rem; background: var(--ground); color: var(--text);
  font: 16px/1.55 Ubuntu, 'Noto Sans', system-ui, sans-serif; }
h1 { font-size: 2rem; line-height: 1.2; margin: 0 0 .5rem; }
h2 { font-size: 1.35rem; margin: 0; }
h1, h2, h3, h4, h5, h6, strong { color: var(--strong); }
a { color: var(--accent); }
.about, time { color: var(--muted); font-size: .9rem; margin: .15rem 0; font-variant-numeric: tabular-nums; }
nav { margin: 1.5rem 0; padding: .75rem 1rem; background: var(--surface); border: 1px solid var(--border);
  border-radius: 6px; }
nav ol { margin: 0; padding-left: 1.5rem; }
section { margin: 3rem 0; }
figure { margin: 1rem 0; }
img { display: block; max-width: 100%; height: auto; border: 1px solid var(--border); border-radius: 6px; }
.notes { max-width: 46rem; overflow-wrap: break-word; }
pre, code { font-family: Hack, ui-monospace, 'DejaVu Sans Mono', monospace; font-size: .9em; }
pre { overflow-x: auto; padding: .75rem 1rem; background: var(--surface); border: 1px solid var(--border);
  border-radius: 6px; }
blockquote { margin: 1rem 0; padding-left: 1rem; border-left: 3px solid var(--border); color: var(--muted); }
details { margin: 1rem 0; overflow-x: auto; }
summary { cursor: pointer; color: var(--muted); }
table { border-collapse: collapse; margin: .5rem 0; font-size: .9rem; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .2rem .75rem .2rem 0; border-bottom: 1px solid var(--border);
  vertical-align: top; }
th { color: var(--muted); font-weight: normal; }
.right { text-align: right; }
@media print { body { max-width: none; padding: 0; font-size: 11pt; } nav { break-after: page; }
  section { break-before: page; margin: 0; } section:first-child { break-before: auto; }
  figure, table, pre { break-inside: avoid; } img { max-height: 60vh; } }
";

#[cfg(test)]
mod tests {
    use super::*;

    const HOSTILE: &str = "<script src=https://evil/x.js></script> \u{1b}[2J\"'><img src=http://evil/p.png onerror=x()> \
                           [run](javascript:x) ![see](http://evil/q.png) <iframe src=//evil></iframe> \
                           [told](https://example.org/a?b&c)";

    fn hostile() -> Report {
        let text = HOSTILE.to_owned();
        let page = ReportPage {
            title: text.clone(),
            time: text.clone(),
            notes: format!("{text}\n\n<style>@import url(http://evil/x.css)</style>\n"),
            picture: Some(ReportPicture::Svg(format!("<svg>{text}</svg>"))),
            tables: vec![ReportTable {
                title: text.clone(),
                columns: vec![text.clone()],
                rows: vec![vec![text.clone()]],
            }],
        };
        Report {
            title: text.clone(),
            about: vec![text],
            pages: vec![page.clone(), page],
        }
    }

    /// The tags of a document, each with its attributes.
    fn tags(html: &str) -> Vec<&str> {
        let pieces = html.split('<').skip(1);
        pieces.filter_map(|piece| piece.split('>').next()).collect()
    }

    /// A tag without the values of its attributes.
    fn names(tag: &str) -> String {
        tag.split('"').step_by(2).collect::<Vec<_>>().join("")
    }

    #[test]
    fn hostile_texts_leave_no_script_and_nothing_from_elsewhere() {
        let html = report_html(&hostile());
        let tags = tags(&html);
        for tag in &tags {
            let names = names(tag);
            let mut names = names.split_whitespace();
            let name = names.next().unwrap_or_default().trim_start_matches('/');
            let known = [
                "!DOCTYPE", "html", "head", "meta", "title", "style", "body", "header", "h1", "h2", "p",
                "nav", "ol", "li", "a", "time", "main", "section", "figure", "img", "div", "details",
                "summary", "table", "tr", "th", "td",
            ];
            assert!(known.contains(&name), "{tag}");
            assert!(names.all(|attribute| !attribute.starts_with("on")), "{tag}");
            if name == "img" {
                assert!(tag.contains(" src=\"data:image/"), "{tag}");
            }
            if let Some((_, address)) = tag.split_once(" href=\"") {
                let is_known = address.starts_with("#page-") || address.starts_with("https://example.org/");
                assert!(is_known, "{tag}");
            }
        }
        assert_eq!(tags.iter().filter(|tag| tag.starts_with("style")).count(), 1);
        assert_eq!(tags.iter().filter(|tag| tag.starts_with("img")).count(), 2);
        assert!(
            html.contains("https://example.org/a?b&amp;c"),
            "an honest link stays"
        );
        assert!(!html.contains('\u{1b}'));
        assert!(html.contains(POLICY));
    }

    #[test]
    fn a_report_holds_all_that_it_was_given() {
        let page = |title: &str| ReportPage {
            title: title.into(),
            time: "03:41".into(),
            notes: "it *breaks*".into(),
            picture: Some(ReportPicture::Png(vec![1, 2, 3])),
            tables: vec![ReportTable {
                title: "Alerts".into(),
                columns: vec!["since".into()],
                rows: vec![vec!["03:40".into()]],
            }],
        };
        let html = report_html(&Report {
            title: "A day".into(),
            about: vec!["shop".into(), "2026".into()],
            pages: vec![page("one"), page("two")],
        });
        for expected in [
            "<h1>A day</h1>",
            ">shop<",
            ">2026<",
            "href=\"#page-2\"",
            "<h2>1. one</h2>",
            "<h2>2. two</h2>",
            "03:41",
            "<em>breaks</em>",
            "data:image/png;base64,AQID",
            "<summary>Alerts</summary>",
            "<th>since</th>",
            "<td>03:40</td>",
            "prefers-color-scheme: dark",
            "@media print",
        ] {
            assert!(html.contains(expected), "{expected} in\n{html}");
        }
    }
}
