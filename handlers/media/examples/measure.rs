fn main() {
    for f in std::env::args().skip(1) {
        let b = std::fs::read(&f).unwrap();
        let l = media::Limits::default();
        let t = std::time::Instant::now();
        let c = media::clean(&b, &l);
        let t1 = t.elapsed();
        match c {
            Err(e) => println!("{f} {e} {t1:?}"),
            Ok(c) => {
                let t = std::time::Instant::now();
                let th = media::thumbnail(&c.bytes, &l);
                println!(
                    "{f} {t1:?} {} {:?} {:?} thumb {:?} {:?}",
                    c.bytes.len(),
                    c.inspected,
                    c.removed,
                    th.as_ref().map(Vec::len),
                    t.elapsed()
                );
                let n = f.replace('/', "_");
                std::fs::write(format!("/tmp/mo/{n}.clean"), &c.bytes).unwrap();
                if let Ok(th) = th {
                    std::fs::write(format!("/tmp/mo/{n}.thumb.jpg"), &th).unwrap();
                }
            }
        }
    }
}
