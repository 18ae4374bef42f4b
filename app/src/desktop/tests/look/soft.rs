//! Draws egui's meshes on the CPU: no driver, so the same bytes everywhere.
//! Premultiplied blending in gamma space and bilinear clamped sampling, as
//! egui's own renderers do it.

use egui::epaint::{ImageDelta, Mesh, Primitive};
use egui::{ClippedPrimitive, Color32, FullOutput, ImageData, TextureId, TexturesDelta};
use std::collections::HashMap;

type Pixel = [f32; 4];
type Point = [f32; 2];

struct Texture {
    width: usize,
    height: usize,
    pixels: Vec<Pixel>,
}

/// The renderer.
#[derive(Default)]
pub(crate) struct Soft {
    textures: HashMap<TextureId, Texture>,
}

fn pixel(color: Color32) -> Pixel {
    color.to_array().map(f32::from)
}

impl Texture {
    fn at(&self, x: usize, y: usize) -> Pixel {
        self.pixels[y.min(self.height - 1) * self.width + x.min(self.width - 1)]
    }

    fn sample(&self, [u, v]: Point) -> Pixel {
        let place = |at: f32, size: usize| (at * size as f32 - 0.5).clamp(0.0, size as f32 - 1.0);
        let (fx, fy) = (place(u, self.width), place(v, self.height));
        let (x, y) = (fx as usize, fy as usize);
        let (dx, dy) = (fx - x as f32, fy - y as f32);
        if dx == 0.0 && dy == 0.0 {
            return self.at(x, y);
        }
        let (a, b) = (self.at(x, y), self.at(x + 1, y));
        let (c, d) = (self.at(x, y + 1), self.at(x + 1, y + 1));
        std::array::from_fn(|i| {
            (a[i] * (1.0 - dx) + b[i] * dx) * (1.0 - dy) + (c[i] * (1.0 - dx) + d[i] * dx) * dy
        })
    }
}

impl Soft {
    fn update(&mut self, id: TextureId, delta: &ImageDelta) {
        let ImageData::Color(image) = &delta.image;
        let [width, height] = image.size;
        let Some([left, top]) = delta.pos else {
            let pixels = image.pixels.iter().copied().map(pixel).collect();
            self.textures.insert(id, Texture { width, height, pixels });
            return;
        };
        let Some(texture) = self.textures.get_mut(&id) else {
            return;
        };
        for y in 0..height {
            for x in 0..width {
                let to = (top + y) * texture.width + left + x;
                texture.pixels[to] = pixel(image.pixels[y * width + x]);
            }
        }
    }

    fn paint(
        &self,
        primitives: &[ClippedPrimitive],
        [width, height]: [usize; 2],
        scale: f32,
        ground: Color32,
    ) -> Vec<u8> {
        let mut frame = vec![pixel(ground); width * height];
        for primitive in primitives {
            let edge = |at: f32, max: usize| ((at * scale).round().max(0.0) as usize).min(max);
            let clip = primitive.clip_rect;
            let x = [edge(clip.min.x, width), edge(clip.max.x, width)];
            let y = [edge(clip.min.y, height), edge(clip.max.y, height)];
            if let Primitive::Mesh(mesh) = &primitive.primitive {
                self.mesh(&mut frame, width, mesh, [x, y], scale);
            }
        }
        let bytes = |p: &Pixel| [p[0].round() as u8, p[1].round() as u8, p[2].round() as u8, 255];
        frame.iter().flat_map(bytes).collect()
    }

    fn mesh(
        &self,
        frame: &mut [Pixel],
        width: usize,
        mesh: &Mesh,
        clip: [[usize; 2]; 2],
        scale: f32,
    ) {
        let Some(texture) = self.textures.get(&mesh.texture_id) else {
            return;
        };
        for corners in mesh.indices.chunks_exact(3) {
            let vertices = [0, 1, 2].map(|i| &mesh.vertices[corners[i] as usize]);
            let mut triangle = Triangle {
                at: vertices.map(|v| [v.pos.x * scale, v.pos.y * scale]),
                color: vertices.map(|v| pixel(v.color)),
                uv: vertices.map(|v| [v.uv.x, v.uv.y]),
            };
            if let Some(area) = triangle.wind() {
                triangle.fill(frame, width, texture, clip, area);
            }
        }
    }
}

struct Triangle {
    at: [Point; 3],
    color: [Pixel; 3],
    uv: [Point; 3],
}

/// Twice the signed area of a, b and q.
fn side(a: Point, b: Point, q: Point) -> f32 {
    (b[0] - a[0]) * (q[1] - a[1]) - (b[1] - a[1]) * (q[0] - a[0])
}

impl Triangle {
    /// Turns it clockwise; its doubled area, or `None` when it has none.
    fn wind(&mut self) -> Option<f32> {
        let area = side(self.at[0], self.at[1], self.at[2]);
        if area < 0.0 {
            self.at.swap(1, 2);
            self.color.swap(1, 2);
            self.uv.swap(1, 2);
        }
        (area != 0.0).then_some(area.abs())
    }

    fn fill(
        &self,
        frame: &mut [Pixel],
        width: usize,
        texture: &Texture,
        [clip_x, clip_y]: [[usize; 2]; 2],
        area: f32,
    ) {
        let p = self.at;
        let range = |axis: usize, clip: [usize; 2]| {
            let low = p[0][axis].min(p[1][axis]).min(p[2][axis]).floor().max(0.0) as usize;
            let high = p[0][axis].max(p[1][axis]).max(p[2][axis]).ceil().max(0.0) as usize;
            low.max(clip[0])..high.min(clip[1])
        };
        // A pixel on an edge belongs to one triangle, never to two or none.
        let owns = |a: Point, b: Point| b[1] < a[1] || (b[1] == a[1] && b[0] > a[0]);
        let edges = [[p[1], p[2]], [p[2], p[0]], [p[0], p[1]]];
        let owned = edges.map(|[a, b]| owns(a, b));
        let uv = self.uv;
        let flat = (uv[0] == uv[1] && uv[1] == uv[2]).then(|| texture.sample(uv[0]));
        for y in range(1, clip_y) {
            for x in range(0, clip_x) {
                let q = [x as f32 + 0.5, y as f32 + 0.5];
                let sides = edges.map(|[a, b]| side(a, b, q));
                if (0..3).any(|i| sides[i] < 0.0 || (sides[i] == 0.0 && !owned[i])) {
                    continue;
                }
                let k = sides.map(|side| side / area);
                let mixed = |i: usize| k[0] * uv[0][i] + k[1] * uv[1][i] + k[2] * uv[2][i];
                let texel = flat.unwrap_or_else(|| texture.sample([mixed(0), mixed(1)]));
                let color = self.color;
                let source: Pixel = std::array::from_fn(|i| {
                    (k[0] * color[0][i] + k[1] * color[1][i] + k[2] * color[2][i]) * texel[i]
                        / 255.0
                });
                let rest = 1.0 - source[3] / 255.0;
                let target = &mut frame[y * width + x];
                for i in 0..4 {
                    target[i] = (source[i] + target[i] * rest).min(255.0);
                }
            }
        }
    }
}

impl egui_kittest::TestRenderer for Soft {
    fn handle_delta(&mut self, delta: &mut TexturesDelta) {
        for (id, deltas) in delta.set.drain() {
            for delta in deltas {
                self.update(id, &delta);
            }
        }
        for id in delta.free.drain() {
            self.textures.remove(&id);
        }
        delta.clear();
    }

    fn render(
        &mut self,
        ctx: &egui::Context,
        output: &FullOutput,
    ) -> Result<image::RgbaImage, String> {
        let scale = output.pixels_per_point;
        let size = ctx.content_rect().size() * scale;
        let [width, height] = [size.x.round() as usize, size.y.round() as usize];
        let primitives = ctx.tessellate(output.shapes.clone(), scale);
        let ground = ctx.global_style().visuals.panel_fill;
        let bytes = self.paint(&primitives, [width, height], scale, ground);
        image::RgbaImage::from_raw(width as u32, height as u32, bytes)
            .ok_or_else(|| "the frame does not fit its size".to_owned())
    }
}
