"use strict";
// Pictures and maps of restored codecs become images once they are near the window.
(() => {
  const show = (image) => {
    const still = document.getElementById(image.dataset.still);
    const bytes = Uint8Array.from(atob(still.textContent), (c) => c.charCodeAt(0));
    image.src = URL.createObjectURL(new Blob([bytes], { type: still.dataset.type }));
  };
  const near = new IntersectionObserver((seen) => {
    for (const { isIntersecting, target } of seen) {
      if (isIntersecting) { near.unobserve(target); show(target); }
    }
  }, { rootMargin: "600px" });
  for (const image of document.querySelectorAll("#loops img[data-still]")) near.observe(image);
})();
